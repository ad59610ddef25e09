/** Reads from a TrueType or OpenType file what we must know before printing with it: its family and the characters it can draw. */
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

/** First and last code point of a stretch, both inclusive. */
type Stretch = [number, number];

export interface FontFile {
  path: string;
  /** Name of the file without its folder. */
  file: string;
  /** Family as Typst knows it. */
  family: string;
  /**
   * Whether the font draws this code point, or this code point with this variation selector. Its map is read when
   * it is first asked. Throws when there is none.
   */
  covers: (codePoint: number, selector?: number) => boolean;
}

/**
 * Reads the family of a font file; the rest of its megabytes stays where it is until somebody asks.
 * @throws Error when the file is not an OpenType font.
 */
export function readFontFile(path: string): FontFile {
  const names = readTable(path, 'name');
  let map: CharacterMap | undefined;
  const characters = (): CharacterMap => (map ??= charactersOf(path));
  return {
    path,
    file: basename(path),
    family: readFamily(names),
    covers: (codePoint, selector) => {
      const { stretches, selectors } = characters();
      return within(selector === undefined ? stretches : (selectors.get(selector) ?? []), codePoint);
    },
  };
}

function charactersOf(path: string): CharacterMap {
  const map = readCharacterMap(readTable(path, 'cmap'));
  if (map.stretches.length === 0) throw new Error(`${basename(path)} has no Unicode character map`);
  return map;
}

function readTable(path: string, tag: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const read = (start: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, start));
    };
    const directory = read(12, 16 * read(0, 12).readUInt16BE(4));
    for (let entry = 0; entry < directory.length; entry += 16) {
      if (directory.toString('latin1', entry, entry + 4) === tag)
        return read(directory.readUInt32BE(entry + 8), directory.readUInt32BE(entry + 12));
    }
    throw new Error(`${basename(path)} has no ${tag} table`);
  } finally {
    closeSync(file);
  }
}

/** Name 1 without its style, as Typst takes it; name 16 tells where the style begins, but may also be another name. */
function readFamily(names: Buffer): string {
  const found = new Map<number, string>();
  const texts = names.readUInt16BE(4);
  for (let record = 6; record < 6 + 12 * names.readUInt16BE(2); record += 12) {
    if (names.readUInt16BE(record) !== 3) continue;
    const start = texts + names.readUInt16BE(record + 10);
    const text = Buffer.from(names.subarray(start, start + names.readUInt16BE(record + 8)));
    found.set(names.readUInt16BE(record + 6), text.swap16().toString('utf16le'));
  }
  const [family, typographic] = [found.get(1), found.get(16)];
  if (family === undefined) throw new Error('the font has no family name');
  return typographic !== undefined && family.startsWith(typographic) ? typographic : family;
}

interface CharacterMap {
  stretches: Stretch[];
  selectors: Map<number, Stretch[]>;
}

/** The subtables with format 4, 12 and 14 (https://learn.microsoft.com/typography/opentype/spec/cmap). */
function readCharacterMap(cmap: Buffer): CharacterMap {
  const stretches: Stretch[] = [];
  const selectors = new Map<number, Stretch[]>();
  for (let record = 4; record < 4 + 8 * cmap.readUInt16BE(2); record += 8) {
    const subtable = cmap.subarray(cmap.readUInt32BE(record + 4));
    const format = subtable.readUInt16BE(0);
    const isUnicode = cmap.readUInt16BE(record) === 0 || cmap.readUInt16BE(record) === 3;
    if (format === 4 && isUnicode) stretches.push(...readFormat4(subtable));
    if (format === 12) stretches.push(...readFormat12(subtable));
    if (format === 14) readFormat14(subtable, selectors);
  }
  return { stretches: merge(stretches), selectors };
}

function readFormat4(table: Buffer): Stretch[] {
  const size = table.readUInt16BE(6);
  const found: Stretch[] = [];
  for (let at = 14; at < 14 + size; at += 2) {
    const last = table.readUInt16BE(at);
    const first = table.readUInt16BE(at + 2 + size);
    const delta = table.readUInt16BE(at + 2 + 2 * size);
    const offsetAt = at + 2 + 3 * size;
    const offset = table.readUInt16BE(offsetAt);
    for (let code = first; code <= last && code < 0xffff; code += 1) {
      const listed = offset === 0 ? code : table.readUInt16BE(offsetAt + offset + 2 * (code - first));
      const glyph = offset !== 0 && listed === 0 ? 0 : (listed + delta) & 0xffff;
      const before = found.at(-1);
      if (glyph === 0) continue;
      if (before?.[1] === code - 1) before[1] = code;
      else found.push([code, code]);
    }
  }
  return found;
}

function readFormat12(table: Buffer): Stretch[] {
  const found: Stretch[] = [];
  for (let group = 16; group < 16 + 12 * table.readUInt32BE(12); group += 12) {
    const first = table.readUInt32BE(group);
    // Glyph 0 is the empty box.
    found.push([table.readUInt32BE(group + 8) === 0 ? first + 1 : first, table.readUInt32BE(group + 4)]);
  }
  return found;
}

function readFormat14(table: Buffer, selectors: Map<number, Stretch[]>): void {
  for (let record = 10; record < 10 + 11 * table.readUInt32BE(6); record += 11) {
    const found: Stretch[] = [];
    const usual = table.readUInt32BE(record + 3);
    for (let i = 0; usual !== 0 && i < table.readUInt32BE(usual); i += 1) {
      const first = table.readUIntBE(usual + 4 + 4 * i, 3);
      found.push([first, first + table.readUInt8(usual + 7 + 4 * i)]);
    }
    const special = table.readUInt32BE(record + 7);
    for (let i = 0; special !== 0 && i < table.readUInt32BE(special); i += 1) {
      const code = table.readUIntBE(special + 4 + 5 * i, 3);
      found.push([code, code]);
    }
    selectors.set(table.readUIntBE(record, 3), merge(found));
  }
}

function merge(stretches: Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const [first, last] of stretches.sort((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function within(stretches: Stretch[], codePoint: number): boolean {
  let low = 0;
  let high = stretches.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = stretches[middle] as Stretch;
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return true;
  }
  return false;
}
