/** Writes a version into a campaign's folder, file by file, so that no reader ever takes half of it for an edit. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isCampaignText } from '../campaign-files.ts';
import { isPictureName } from '../pictures.ts';
import type { Files } from './versions.ts';

/** In a folder while a version is written into it. */
export const writingMark = '.todoke-writing';

/** A code of the system in an error. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/**
 * Makes the folder hold these texts. Other files that belong to a campaign are removed, all else is left alone.
 * `isNewest` is asked once nobody else can write: what is no longer the newest version is not written.
 * Gives false when another process is writing or was faster. Rejects with the system's error.
 */
export async function writeFolder(folder: string, files: Files, isNewest: () => Promise<boolean>): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const mark = join(folder, writingMark);
  try {
    await (await open(mark, 'wx')).close();
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
  const isWritten = await isNewest();
  if (isWritten) {
    for (const [name, text] of files)
      await replaceFile(folder, name, isPictureName(name) ? Buffer.from(text, 'base64') : Buffer.from(text));
    const names = (await readdir(folder)).filter((each) => isCampaignText(each) || isPictureName(each));
    for (const name of names.filter((each) => !files.has(each))) await rm(join(folder, name));
  }
  // After an error the mark stays: the folder holds half of a version, and the next one to look writes it again.
  await rm(mark, { force: true });
  return isWritten;
}

/** Replaces a file as a whole, or leaves it when it says the same. */
async function replaceFile(folder: string, name: string, content: Buffer): Promise<void> {
  const path = join(folder, name);
  if ((await readFile(path).catch(() => undefined))?.equals(content)) return;
  const draft = join(folder, `.${name}.${randomUUID()}`);
  const file = await open(draft, 'wx', 0o644);
  try {
    await file.writeFile(content);
    // Without it a power cut could leave an empty file under the right name.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
