/** A ZIP file in pieces, its entries as they are (PDFs are compressed already). Its size is known before its first byte. */
import { crc32 } from 'node:zlib';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';

export interface ZipEntry {
  name: string;
  size: number;
  /** Of the contents. Standing before them, it lets any reader unpack a download that is still coming. */
  crc: number;
  read(): Promise<AsyncIterable<Buffer>>;
}

const most = 0xffff_ffff;
const localSize = 30;
const centralSize = 46;
const endSize = 22;

/** Bytes of the whole file. Throws `invalid` beyond 4 GB, where another form of ZIP begins. */
export function zipSize(entries: readonly ZipEntry[]): number {
  const size = entries.reduce(
    (sum, { name, size: own }) => sum + own + localSize + centralSize + 2 * Buffer.byteLength(name),
    endSize,
  );
  if (size > most || entries.length > 0xffff)
    throw new AppError('invalid', 'The archive would be larger than 4 GB: download the volumes one by one.');
  return size;
}

/** The file. The same entries and time give the same bytes. Throws `unavailable` when an entry has another size. */
export async function* zipOf(entries: readonly ZipEntry[], modified: Instant): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const facts = factsOf(entry, modified);
    const name = Buffer.from(entry.name);
    yield Buffer.concat([bytes([4, 0x04034b50], ...facts), name]);
    let size = 0;
    for await (const piece of await entry.read()) {
      size += piece.length;
      yield piece;
    }
    if (size !== entry.size) throw new AppError('unavailable', 'A file changed while it was being sent: ask again.');
    // Made on Unix (3): then come its comment, disk and attributes, a plain file that all may read.
    const central = bytes([4, 0x02014b50], [2, 0x0314], ...facts, [2, 0], [2, 0], [2, 0], [4, 0o100644 * 0x10000]);
    directory.push(central, bytes([4, offset]), name);
    offset += localSize + name.length + size;
  }
  const list = Buffer.concat(directory);
  const count = entries.length;
  yield Buffer.concat([
    list,
    bytes([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, list.length], [4, offset], [2, 0]),
  ]);
}

/** The CRC and size of contents that are read once. */
export async function measure(
  contents: AsyncIterable<Buffer>,
  seen: (piece: Buffer) => void,
): Promise<{ crc: number; size: number }> {
  let [crc, size] = [0, 0];
  for await (const piece of contents) {
    crc = crc32(piece, crc);
    size += piece.length;
    seen(piece);
  }
  return { crc, size };
}

type Field = [bytes: 2 | 4, value: number];

/** What both headers say: version 2.0, names in UTF-8, stored, time (UTC), date, CRC, sizes, length of name, no more. */
function factsOf({ name, size, crc }: ZipEntry, modified: Instant): Field[] {
  const at = new Date(modified);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const nameLength = Buffer.byteLength(name);
  return [
    [2, 20],
    [2, 0x0800],
    [2, 0],
    [2, time],
    [2, date],
    [4, crc],
    [4, size],
    [4, size],
    [2, nameLength],
    [2, 0],
  ];
}

function bytes(...fields: Field[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) at = buffer.writeUIntLE(value, at, width);
  return buffer;
}
