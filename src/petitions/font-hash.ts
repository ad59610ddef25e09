/** The hash of a font file for the manifest: read once in the life of a process, as fonts are megabytes and volumes many. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** By path, size and time of change. */
const known = new Map<string, Promise<string>>();

/** Name and SHA-256 (hex) of a font file. Throws what the file system throws when it is gone. */
export async function fontHash(path: string): Promise<{ file: string; sha256: string }> {
  const { size, mtimeMs } = await stat(path);
  const key = `${path}\n${size}\n${mtimeMs}`;
  const hash = known.get(key) ?? hashOf(path);
  known.set(key, hash);
  void hash.catch(() => known.delete(key));
  return { file: basename(path), sha256: await hash };
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
