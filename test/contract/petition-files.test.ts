import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderFiles } from '../../src/petitions/files/folder-files.ts';
import { createS3Files } from '../../src/petitions/files/s3-files.ts';
import { readS3Url } from '../../src/petitions/files/s3-url.ts';
import type { ByteRange, PetitionFiles } from '../../src/petitions/petition-files.ts';
import { startS3Server } from '../support/s3-server.ts';

interface Store {
  /** Another process would open it anew. */
  open(): PetitionFiles;
  close(): Promise<void> | void;
}

const stores: { kind: string; start(): Promise<Store> }[] = [
  {
    kind: 'a folder',
    start() {
      const folder = mkdtempSync(join(tmpdir(), 'todoke-files-'));
      const close = (): void => rmSync(folder, { recursive: true });
      return Promise.resolve({ open: () => createFolderFiles(join(folder, 'petitions')), close });
    },
  },
  {
    kind: 'an S3 store',
    async start() {
      const server = await startS3Server();
      return { open: () => createS3Files(readS3Url(server.url())), close: server.close };
    },
  },
];

const serial = '2020-0001';
const pdf = 'petition-2020-0001-volume-1.pdf';

async function readBack(files: PetitionFiles, file = pdf, range?: ByteRange): Promise<Buffer | undefined> {
  const found = await files.find(serial, file);
  return found && buffer(await found.read(range));
}

describe.each(stores)('petition files in $kind', ({ start }) => {
  let store: Store;
  let files: PetitionFiles;
  beforeAll(async () => {
    store = await start();
    files = store.open();
    await files.check();
  });
  afterAll(() => store.close());

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['12 MB', randomBytes(12_000_000)],
    ['text', '1,"人権 守"\r\n'],
  ])('come back byte for byte: %s', async (_, contents) => {
    await files.write(serial, pdf, contents);
    const bytes = Buffer.from(contents);
    expect((await store.open().find(serial, pdf))?.size).toBe(bytes.length);
    expect((await readBack(files))?.equals(bytes)).toBe(true);
  });

  test('that were never written are absent', async () => {
    await files.write(serial, pdf, 'here');
    expect(await files.find(serial, 'petition-2020-0001-volume-2.pdf')).toBeUndefined();
    expect(await files.find('2020-0002', pdf)).toBeUndefined();
  });

  test.each([
    ['the first byte', { start: 0, end: 0 }],
    ['some in the middle', { start: 70_000, end: 140_001 }],
    ['the last byte', { start: 199_999, end: 199_999 }],
    ['all but the first', { start: 1, end: 199_999 }],
    ['every byte', { start: 0, end: 199_999 }],
  ])('are read in part: %s', async (_, range) => {
    const bytes = randomBytes(200_000);
    await files.write(serial, pdf, bytes);
    expect((await readBack(files, pdf, range))?.equals(bytes.subarray(range.start, range.end + 1))).toBe(true);
  });

  test('that are written again are the old ones or the new ones, never a mixture', async () => {
    const [ones, twos] = [Buffer.alloc(3_000_000, 1), Buffer.alloc(3_000_000, 2)];
    await files.write(serial, pdf, ones);
    let writing = true;
    const seen = new Set<number>();
    const look = async (): Promise<void> => {
      while (writing) {
        // A file that is replaced between finding and reading may be refused, in so many words.
        const bytes = await readBack(files).catch((error: Error) => {
          expect(error.message).toContain('ask again');
          return undefined;
        });
        if (!bytes) continue;
        expect(bytes.length).toBe(3_000_000);
        expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
        seen.add(bytes[0] ?? 0);
      }
    };
    const readers = [look(), look()];
    for (let n = 0; n < 10; n += 1) await files.write(serial, pdf, n % 2 ? ones : twos);
    writing = false;
    await Promise.all(readers);
    expect(seen).toEqual(new Set([1, 2]));
  });

  test('whose two writers meet are whole, by one of both', async () => {
    const contents = [1, 2, 3, 4].map((n) => Buffer.alloc(2_000_000 + n, n));
    const other = store.open();
    await Promise.all(contents.map((bytes, n) => (n % 2 ? other : files).write(serial, pdf, bytes)));
    const bytes = await readBack(files);
    expect(contents.some((each) => bytes && each.equals(bytes))).toBe(true);
  });

  test.each([
    ['../2020-0001', pdf],
    ['2020-0001/..', pdf],
    ['', pdf],
    [serial, '../petition-1.pdf'],
    [serial, 'petition-a/../b.pdf'],
    [serial, 'petition-..%2f.pdf'],
    [serial, 'petition-1.pdf.part'],
    [serial, 'petition-1.exe'],
    [serial, ''],
  ])('have no other names than those of petitions: %s %s', async (folder, file) => {
    await expect(files.write(folder, file, 'x')).rejects.toThrow(/no (file|petition)/);
    await expect(files.find(folder, file)).rejects.toThrow(/no (file|petition)/);
  });

  test('tell people where they are, without a secret', () => {
    expect(files.location(serial)).toMatch(/^(\/.*\/petitions|s3:\/\/petitions\/some\/prefix)\/2020-0001$/);
  });
});
