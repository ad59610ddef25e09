import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNameList, type ListLine } from '../../src/petitions/read-name-list.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer, size = 1_000): Promise<ListLine[]> {
  const lines: ListLine[] = [];
  for await (const line of readNameList(inPieces(Buffer.from(text), size), 'ja')) lines.push(line);
  return lines;
}

describe('a list of names', () => {
  test('has one name a line and an optional language behind a tab', async () => {
    expect(await read('\ufeff人権 守\r\nMamoru Jinken\ten\nئەركىن تۇردى\tug')).toEqual([
      { name: '人権 守', language: 'ja' },
      { name: 'Mamoru Jinken', language: 'en' },
      { name: 'ئەركىن تۇردى', language: 'ug' },
    ]);
  });

  test.each([
    ['a\tja\tb', 'has more than one tab'],
    ['a\tJapanese', 'has no language'],
    [' \tja', 'is empty'],
    ['a\u202eb', 'text direction control'],
    ['a'.repeat(201), 'longer than 200'],
    ['x'.repeat(9_000), 'too long for a name'],
    [Buffer.from([0x4d, 0xff]), 'is not UTF-8'],
  ])('tells what is wrong with line 2: %j', async (line, problem) => {
    const list = Buffer.concat([Buffer.from('守\n'), Buffer.from(line), Buffer.from('\nMamoru\n')]);
    expect(await read(list)).toEqual([
      { name: '守', language: 'ja' },
      { line: 2, problem: expect.stringContaining(problem) },
      { name: 'Mamoru', language: 'ja' },
    ]);
  });

  test('loses no line, however its bytes are cut into pieces', async () => {
    const anyLine = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const found = await read(lines.map((line) => `${line}\n`).join(''), size);
        expect(found).toEqual(await read(lines.map((line) => `${line}\n`).join('')));
        expect(found).toHaveLength(lines.length);
      }),
    );
  });
});
