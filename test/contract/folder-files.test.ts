import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderFiles } from '../../src/petitions/files/folder-files.ts';
import { waitFor } from '../support/wait-for.ts';

const serial = '2020-0001';
const pdf = 'petition-2020-0001-volume-1.pdf';
let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'todoke-folder-'))));
afterEach(() => rmSync(root, { recursive: true }));

const listed = (folder = serial): string[] => readdirSync(join(root, folder)).toSorted();
const isPart = (name: string): boolean => name.endsWith('.part');

describe('half-written files in a folder', () => {
  test('are left to a writer that lives, and removed when it is gone', async () => {
    const files = createFolderFiles(root);
    // The writer stops itself in the middle, as if the disk were slow.
    const writer = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { readdirSync } from 'node:fs';
       import { createFolderFiles } from ${JSON.stringify(join(process.cwd(), 'src/petitions/files/folder-files.ts'))};
       const parts = () => readdirSync(${JSON.stringify(join(root, serial))}).some((name) => name.endsWith('.part'));
       setInterval(() => parts() && process.kill(process.pid, 'SIGSTOP'), 1);
       await createFolderFiles(${JSON.stringify(root)}).write('${serial}', '${pdf}', Buffer.alloc(200_000_000));`,
    ]);
    const gone = new Promise((resolve) => writer.once('exit', resolve));
    mkdirSync(join(root, serial));
    try {
      const [part = ''] = (await waitFor(listed, (names) => names.some(isPart), 'a half-written file')).filter(isPart);
      await files.write(serial, pdf, 'ours');
      expect(listed()).toEqual([pdf, part].toSorted());
      writer.kill('SIGKILL');
      await gone;
      await files.write(serial, 'petition-2020-0001-names.csv', 'ours');
      expect(listed()).toEqual(['petition-2020-0001-names.csv', pdf]);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  test.each([
    ['an earlier process with our number', `${hostname()}~${process.pid}`, 0, false],
    ['a process of another machine', 'elsewhere~1', 0, true],
    ['a process of another machine an hour ago', 'elsewhere~1', 61, false],
    ['a version that named no writer', '', 0, true],
    ['a version that named no writer, an hour ago', '', 61, false],
  ])('of %s', async (_, writer, minutes, stays) => {
    const part = `${pdf}${writer && `~${writer}`}~6f1c9a52-0d3e-4c55-9a41-2b8a4f9c7d10.part`;
    for (const folder of [serial, '2020-0002']) {
      mkdirSync(join(root, folder));
      writeFileSync(join(root, folder, part), 'half');
      const then = performance.timeOrigin / 1_000 - minutes * 60;
      utimesSync(join(root, folder, part), then, then);
    }
    await createFolderFiles(root).write(serial, pdf, 'whole');
    expect(listed()).toEqual(stays ? [pdf, part] : [pdf]);
    // Of another petition, of which nobody knows anything now.
    expect(listed('2020-0002')).toEqual([part]);
  });

  test('do not stay behind when a write fails', async () => {
    mkdirSync(join(root, serial, pdf), { recursive: true });
    await expect(createFolderFiles(root).write(serial, pdf, 'x')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/volume-1\.pdf could not be written to \/.* \(E[A-Z]+\): make room/),
    });
    expect(listed()).toEqual([pdf]);
  });
});

test('a folder that cannot be written is refused at the start, with what to do', async () => {
  // A file in the place of the folder: root, who may run this, is stopped by no mode.
  writeFileSync(join(root, 'petitions'), '');
  await expect(createFolderFiles(join(root, 'petitions')).check()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/cannot be kept in \/.*petitions \(E[A-Z]+\): let this user write there/),
  });
});

test.skipIf(!existsSync('/proc/self'))('a folder that takes no files is refused at the start too', async () => {
  await expect(createFolderFiles('/proc').check()).rejects.toThrow(/cannot be kept in \/proc \(E[A-Z]+\)/);
});

test('the check makes the folder and leaves nothing in it', async () => {
  await createFolderFiles(join(root, 'var/petitions')).check();
  expect(readdirSync(join(root, 'var/petitions'))).toEqual([]);
});

test('a file that was made again since it was found is refused, and its neighbour is not', async () => {
  const files = createFolderFiles(root);
  await files.write(serial, pdf, 'old');
  const found = await files.find(serial, pdf);
  await files.write(serial, pdf, 'new');
  await expect(found?.read()).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
  const again = await (await files.find(serial, pdf))?.read();
  expect((again && (await buffer(again)))?.toString()).toBe('new');
});

test('a file that cannot be read is no absent one', async () => {
  writeFileSync(join(root, serial), 'a file in the place of a folder');
  await expect(createFolderFiles(root).find(serial, pdf)).rejects.toMatchObject({ code: 'unavailable' });
});
