import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namesCsv, readNamesCsv } from '../../src/petitions/names-csv.ts';

const anyName = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '＝', "'", '"', ',', '\t', '\r', '\n', ' ', 'a', '守') }),
);

const numbered = (names: string[]) => names.map((name, index) => ({ number: index + 1, name }));

describe('the names CSV', () => {
  test('has a byte order mark, a header, CRLF and quoted names', () => {
    expect(namesCsv(numbered(['人権 守', 'Ada "Countess" Lovelace, née Byron']))).toBe(
      '\ufeffnumber,name\r\n1,"人権 守"\r\n2,"Ada ""Countess"" Lovelace, née Byron"\r\n',
    );
  });

  test('gives every list of names back, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(anyName), (names) => {
        expect(readNamesCsv(namesCsv(numbered(names)))).toEqual(numbered(names));
      }),
    );
  });

  test('has no cell that a spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const cell = namesCsv(numbered([name])).slice('\ufeffnumber,name\r\n1,"'.length);
        expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠\t\r\n]/);
      }),
    );
  });

  test.each([
    ['=SUM(A1)', `'=SUM(A1)`],
    [`'=SUM(A1)`, `''=SUM(A1)`],
    [`'t Hooft`, `'t Hooft`],
    ['－田中', `'－田中`],
  ])('writes %s as %s', (name, cell) => {
    expect(namesCsv(numbered([name]))).toContain(`1,"${cell}"`);
  });

  test('is read back from a spreadsheet that quotes only where it must', () => {
    expect(readNamesCsv('number,name\n1,人権 守\n2,"Byron, Ada"\n')).toEqual(numbered(['人権 守', 'Byron, Ada']));
  });

  test.each(['', 'name\n1', 'number,name\nx,y', 'number,name\n1,a,b', 'number,name\n1,"open'])(
    'that is none is refused: %j',
    (text) => expect(() => readNamesCsv(text)).toThrow('CSV'),
  );
});
