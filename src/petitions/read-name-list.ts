/** A list of names, one a line, an optional language after a tab: read in bounded memory, with a remedy for every bad line. */
import { languageTag } from '../campaigns/campaign.ts';
import { readPersonName } from '../intake/person-name.ts';

export interface ListedName {
  name: string;
  language: string;
}

export interface BadLine {
  /** From 1. */
  line: number;
  /** What is wrong and what to do; never the line itself. */
  problem: string;
}

/** What a line of the list is. */
export type ListLine = ListedName | BadLine | 'empty';

/** Longer than any name of 200 characters in bytes, whatever it piles up. */
const mostBytes = 8 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const lineFeed = 10;

/** Reads the lines of a list in order. A name without a language of its own gets `language`. */
export async function* readNameList(chunks: AsyncIterable<Buffer>, language: string): AsyncGenerator<ListLine> {
  let line = 0;
  for await (const bytes of linesOf(chunks)) {
    line += 1;
    const read = bytes === undefined ? { problem: 'is too long for a name: shorten it' } : readLine(bytes, language);
    yield typeof read === 'object' && 'problem' in read ? { line, ...read } : read;
  }
}

function readLine(bytes: Buffer, language: string): ListedName | { problem: string } | 'empty' {
  let text: string;
  try {
    // The decoder takes off a byte order mark.
    text = utf8.decode(bytes);
  } catch {
    return { problem: 'is not UTF-8: save the list as UTF-8' };
  }
  if (text.trim() === '') return 'empty';
  const [typed = '', tag = '', ...more] = text.replace(/\r$/, '').split('\t');
  if (more.length > 0) return { problem: 'has more than one tab: write the name, one tab, the language' };
  const found = tag.trim() === '' ? language : languageTag.safeParse(tag.trim()).data;
  if (found === undefined) return { problem: 'has no language behind its tab: write a tag such as ja, en or zh-Hant' };
  const read = readPersonName(typed);
  return 'problem' in read ? read : { name: read.name, language: found };
}

/** The lines without their line feeds; undefined for one that is too long to be held. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let held: Buffer[] = [];
  let size = 0;
  const hold = (part: Buffer): void => {
    size += part.length;
    if (size > mostBytes) held = [];
    else if (part.length > 0) held.push(part);
  };
  const take = (): Buffer | undefined => {
    const line = size > mostBytes ? undefined : Buffer.concat(held);
    held = [];
    size = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      hold(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  if (size > 0) yield take();
}
