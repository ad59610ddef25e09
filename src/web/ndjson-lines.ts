/** A byte stream of newline-delimited JSON to its lines, in bounded memory. */

export type NdjsonLine = { text: string } | { tooLong: true };

/**
 * Gives one item per non-empty line. A line beyond `mostBytes` is passed over and reported in its place, so
 * that the numbering of results stays right. Bytes that are no UTF-8 become replacement characters.
 */
export async function* ndjsonLines(chunks: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<NdjsonLine> {
  let held: Buffer[] = [];
  let size = 0;
  const take = (): NdjsonLine | undefined => {
    const line: NdjsonLine =
      size > mostBytes ? { tooLong: true } : { text: Buffer.concat(held).toString('utf8').trim() };
    held = [];
    size = 0;
    return 'text' in line && line.text === '' ? undefined : line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      size += end - start;
      if (size <= mostBytes) held.push(chunk.subarray(start, end));
      const line = take();
      if (line) yield line;
      start = end + 1;
    }
    size += chunk.length - start;
    if (size <= mostBytes) held.push(chunk.subarray(start));
    else held = [];
  }
  const last = take();
  if (last) yield last;
}
