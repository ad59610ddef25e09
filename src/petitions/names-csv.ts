/**
 * The names as a CSV file (RFC 4180, CRLF, UTF-8 with a byte order mark so that spreadsheets see UTF-8).
 *
 * A cell that begins like a formula could run in a spreadsheet (CWE-1236). Such a name gets an apostrophe in
 * front, which spreadsheets show or hide but never run; so does a name that begins with apostrophes and goes
 * on like a formula. Reading takes one apostrophe off exactly these names, so every name comes back as it was.
 */

/** `=` `+` `-` `@`, also full width as Japanese spreadsheets take them, tab, CR and LF; spaces may stand before. */
const formulaStart = /^'*\s*[=+\-@＝＋－＠\t\r\n]/;
const protectedStart = /^'+\s*[=+\-@＝＋－＠\t\r\n]/;

export const byteOrderMark = '\ufeff';
const head = `${byteOrderMark}number,name\r\n`;
const pieceLength = 64 * 1024;

/** One row of the file. */
export interface NumberedName {
  number: number;
  name: string;
}

/** Writes the file: the header `number,name`, then one row a name. */
export function namesCsv(names: Iterable<NumberedName>): string {
  return head + Array.from(names, rowOf).join('');
}

/** The same in pieces, for lists of any length; `seen` is told of every name that is written. */
export async function* namesCsvPieces<Name extends NumberedName>(
  names: AsyncIterable<Name> | Iterable<Name>,
  seen: (name: Name) => void,
  bom = true,
): AsyncGenerator<string> {
  let piece = bom ? head : head.slice(byteOrderMark.length);
  for await (const name of names) {
    seen(name);
    piece += rowOf(name);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function rowOf({ number, name }: NumberedName): string {
  const cell = formulaStart.test(name) ? `'${name}` : name;
  return `${number},"${cell.replaceAll('"', '""')}"\r\n`;
}

/**
 * Reads what `namesCsv` wrote, or a spreadsheet saved from it (quotes only where needed, LF line ends).
 * @throws Error naming the row that is no `number,name`.
 */
export function readNamesCsv(text: string): NumberedName[] {
  const [header, ...rows] = readRows(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  if (header?.join() !== 'number,name') throw new Error('The first line of the CSV is not number,name.');
  return rows.map((cells, index) => {
    const [number = '', cell = ''] = cells;
    if (cells.length !== 2 || !/^[1-9]\d*$/.test(number)) {
      throw new Error(`Row ${index + 2} of the CSV is not a number and a name.`);
    }
    return { number: Number(number), name: protectedStart.test(cell) ? cell.slice(1) : cell };
  });
}

/** Cells of each row. A cell is a quoted text or a stretch without commas and line ends. */
function readRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let read = 0;
  for (const [match, quoted, bare = '', end] of text.matchAll(/(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/gy)) {
    read += match.length;
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (read < text.length) throw new Error(`Row ${rows.length + 1} of the CSV has a quote that does not fit.`);
  return rows;
}
