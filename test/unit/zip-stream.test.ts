import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { zipOf, zipSize, type ZipEntry } from '../../src/petitions/zip-stream.ts';
import { needs } from '../support/needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'todoke-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));

const entry = (name: string, contents: Buffer): ZipEntry => ({
  name,
  size: contents.length,
  crc: crc32(contents),
  read: async () =>
    (async function* () {
      yield contents.subarray(0, 3);
      yield contents.subarray(3);
    })(),
});
const day = Date.UTC(2020, 5, 1, 12, 34, 56);
const contents = new Map([
  ['empty', Buffer.alloc(0)],
  ['names.txt', Buffer.from('人権 守\n')],
  ['volume-1.pdf', Buffer.alloc(100_000, 'x')],
]);
const entries = Array.from(contents, ([name, bytes]) => entry(name, bytes));

describe('a ZIP file', () => {
  test('has the size that was told before it was made, and the same bytes each time', async () => {
    const zip = await buffer(zipOf(entries, day));
    expect(zip).toHaveLength(zipSize(entries));
    expect(zip.equals(await buffer(zipOf(entries, day)))).toBe(true);
  });

  test.skipIf(needs('unzip', 'unzip'))('is sound to unzip, which gives every file back', async () => {
    const file = join(folder, 'some.zip');
    writeFileSync(file, await buffer(zipOf(entries, day)));
    expect(execFileSync('unzip', ['-t', file], { encoding: 'utf8' })).toContain('No errors detected');
    expect(execFileSync('unzip', ['-v', file], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })).toMatch(
      /100000 +Stored .* 2020-06-01 12:34 +\w{8} +volume-1\.pdf/,
    );
    execFileSync('unzip', ['-q', file, '-d', folder]);
    for (const [name, bytes] of contents) expect(readFileSync(join(folder, name)).equals(bytes), name).toBe(true);
  });

  test('breaks off when a file is no longer as long as was told', async () => {
    const [, some] = entries as [ZipEntry, ZipEntry];
    await expect(buffer(zipOf([{ ...some, size: some.size + 1 }], day))).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('beyond 4 GB is refused before it begins', () => {
    const [some] = entries as [ZipEntry];
    expect(() => zipSize([{ ...some, size: 2 ** 32 }])).toThrow('larger than 4 GB');
  });
});
