/** Where the files of petitions live: one folder each, named by the petition's number and nothing else. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export interface PetitionFiles {
  /** Absolute folder of one petition. */
  folderOf(serial: string): string;
  /** Writes a file so that it is there whole or not at all, and on disk when this resolves. */
  write(serial: string, file: string, contents: Buffer | string): Promise<void>;
}

export function createPetitionFiles(folder: string): PetitionFiles {
  const folderOf = (serial: string): string => resolve(folder, serial);
  return {
    folderOf,
    async write(serial, file, contents) {
      await mkdir(folderOf(serial), { recursive: true });
      const path = join(folderOf(serial), file);
      // Two writers of one file must not truncate each other's half.
      const part = `${path}.${randomUUID()}.part`;
      const handle = await open(part, 'wx', 0o640);
      try {
        await handle.writeFile(contents);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, path);
    },
  };
}
