/** Petition files in a folder of this machine: one folder for each petition. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../../errors.ts';
import { petitionFolder, petitionPath, type ByteRange, type PetitionFiles } from '../petition-files.ts';
import { partOf, removeLeftovers } from './part-files.ts';

export function createFolderFiles(folder: string): PetitionFiles {
  const root = resolve(folder);
  return {
    async write(serial, file, contents) {
      const path = join(root, petitionPath(serial, file));
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeWhole(path, contents);
        await syncFolder(dirname(path));
        await syncFolder(root);
      } catch (error) {
        throw new AppError(
          'unavailable',
          `${file} could not be written to ${dirname(path)} (${codeOf(error)}): make room, and let this user write there.`,
          { retryAfter: 60, cause: error },
        );
      }
    },
    async find(serial, file) {
      const path = join(root, petitionPath(serial, file));
      try {
        const found = await stat(path);
        return { size: found.size, read: (range) => read(path, versionOf(found), range) };
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw unreadable(error);
      }
    },
    location: (serial) => join(root, petitionFolder(serial)),
    async check() {
      const probe = join(root, `.check-${randomUUID()}`);
      try {
        await mkdir(root, { recursive: true });
        await writeFile(probe, 'todoke', { flush: true });
        await rm(probe);
      } catch (error) {
        throw new AppError(
          'unavailable',
          `The petition files cannot be kept in ${root} (${codeOf(error)}): let this user write there and make room, or choose another place by DATA_DIR or FILES_URL.`,
          { cause: error },
        );
      }
    },
  };
}

/** Writes beside the file and renames: a reader, and a crash, sees the old bytes or the new. */
async function writeWhole(path: string, contents: Buffer | string): Promise<void> {
  const part = partOf(path);
  try {
    const handle = await open(part.path, 'wx', 0o640);
    try {
      await removeLeftovers(dirname(path), (await handle.stat()).mtimeMs);
      await handle.writeFile(contents);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part.path, path);
  } catch (error) {
    await rm(part.path, { force: true });
    throw error;
  } finally {
    part.done();
  }
}

async function read(path: string, version: string, range?: ByteRange): Promise<Readable> {
  const handle = await open(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  if (versionOf(await handle.stat()) === version) return handle.createReadStream(range);
  await handle.close();
  throw new AppError('unavailable', 'This file has just been made again: ask again.', { retryAfter: 1 });
}

const versionOf = ({ ino, size, mtimeMs }: { ino: number; size: number; mtimeMs: number }): string =>
  `${ino} ${size} ${mtimeMs}`;

/** A new name in a folder survives a power cut only when the folder itself is on disk. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folder, and writes its names through by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unreadable(error: unknown): AppError {
  return new AppError('unavailable', `The petition files cannot be read now (${codeOf(error)}): ask again later.`, {
    retryAfter: 60,
    cause: error,
  });
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
