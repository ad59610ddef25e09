/** Step: a photo or scan is cleaned and kept with the files of its petition. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { cleanPicture } from './clean-picture.ts';
import { handInFileTable, type HandInFile } from './hand-in-file-table.ts';
import { handInTable } from './hand-in-table.ts';
import type { PetitionFiles } from './petition-files.ts';

/** Largest file taken, in bytes. */
export const mostFileBytes = 20 * 1024 * 1024;
/** Files of one hand-in. */
const mostFiles = 20;

/**
 * Cleans a file, keeps it and gives its row; a file that is there already gives the first row. Throws `not-found`,
 * `conflict` when there are too many, `invalid` when it is none of JPEG, PNG, WebP and PDF.
 */
export async function keepHandInFile(
  needs: { database: Database; clock: Clock; files: PetitionFiles },
  { petitionId, serial, handInId }: { petitionId: string; serial: string; handInId: string },
  sent: Buffer,
  by: string,
): Promise<HandInFile> {
  if (!(await needs.database.read.existsBy(handInTable, { id: handInId, petitionId })))
    throw new AppError('not-found', 'This petition has no such hand-in.');
  const { contents, type, ending } = await cleaned(sent);
  const sha256 = createHash('sha256').update(contents).digest('hex');
  const first = await needs.database.read.findOneBy(handInFileTable, { petitionId, handInId, sha256 });
  if (first) return first;
  const id = newId(needs.clock);
  const file = `petition-${serial}-hand-in-${id}.${ending}`;
  // Before its row: a row never leads to nothing. After a crash in between a file is left that nobody knows of.
  await needs.files.write(serial, file, contents);
  return needs.database.write(async (transaction) => {
    await transaction.findOne(handInTable, { where: { id: handInId }, ...locked(transaction) });
    const there = await transaction.findBy(handInFileTable, { petitionId, handInId });
    const same = there.find((each) => each.sha256 === sha256);
    if (same) return same;
    if (there.length >= mostFiles)
      throw new AppError('conflict', `This hand-in has ${mostFiles} files already, and takes no more.`);
    const row = { id, handInId, petitionId, file, type, bytes: contents.length, sha256 };
    const kept: HandInFile = { ...row, addedAt: needs.clock.now(), addedBy: by };
    await insertRows(transaction, handInFileTable, [kept]);
    return kept;
  });
}

/** By what the file is, whatever its sender calls it. */
async function cleaned(sent: Buffer): Promise<{ contents: Buffer; type: string; ending: string }> {
  const starts = (text: string, at = 0): boolean => sent.subarray(at, at + text.length).toString('latin1') === text;
  if (starts('%PDF-')) return { contents: sent, type: 'application/pdf', ending: 'pdf' };
  const isPicture = starts('\xff\xd8\xff') || starts('\x89PNG\r\n\x1a\n') || (starts('RIFF') && starts('WEBP', 8));
  if (!isPicture) throw new AppError('invalid', 'This is no photo or scan: send a JPEG, PNG, WebP or PDF file.');
  return { contents: await cleanPicture(sent), type: 'image/jpeg', ending: 'jpg' };
}
