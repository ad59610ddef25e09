/** The files of a petition as downloads, for the API and the console: stored ones, and those made when somebody asks. */
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import { namesText, petitionArchive } from '../../petitions/archive.ts';
import type { Manifest } from '../../petitions/manifest.ts';
import type { PetitionFiles, StoredFile } from '../../petitions/petition-files.ts';
import type { Petition } from '../../petitions/petition-table.ts';
import { sendStoredFile, type Download } from './send-stored-file.ts';

/** Files of which each petition has one. */
export const petitionDownloads = ['names.csv', 'names.txt', 'archive.zip', 'manifest.json'] as const;
type PetitionDownload = (typeof petitionDownloads)[number];

type Open = (files: PetitionFiles, manifest: Manifest) => Promise<Download & { file: StoredFile }>;

const opened: Readonly<Record<Exclude<PetitionDownload, 'manifest.json'>, Open>> = {
  async 'names.csv'(files, { petition, csv }) {
    const file = await stored(files, petition, csv.file);
    return { name: csv.file, sha256: csv.sha256, type: 'text/csv; charset=utf-8', file };
  },
  'names.txt': async (files, manifest) => ({
    ...(await namesText(files, manifest)),
    type: 'text/plain; charset=utf-8',
  }),
  'archive.zip': async (files, manifest) => ({ ...(await petitionArchive(files, manifest)), type: 'application/zip' }),
};

/** Sends one of these files. Throws `unavailable` while they are being made, `not-found` when one is gone. */
export async function sendPetitionFile(
  files: PetitionFiles,
  { request, response }: { request: Request; response: Response },
  petition: Petition,
  wanted: PetitionDownload,
): Promise<void> {
  const manifest = manifestOf(petition);
  if (wanted === 'manifest.json') return void response.json(manifest);
  const { file, ...download } = await opened[wanted](files, manifest);
  await sendStoredFile(request, response, file, download);
}

/** Sends the PDF of a volume. Throws as `sendPetitionFile` does. */
export async function sendVolume(
  files: PetitionFiles,
  { request, response }: { request: Request; response: Response },
  petition: Petition,
  wanted: string | undefined,
): Promise<void> {
  const volume = manifestOf(petition).volumes.find((each) => String(each.volume) === wanted);
  if (!volume) throw new AppError('not-found', 'This petition has no such volume.');
  const file = await stored(files, petition.serial, volume.file);
  const download = { name: volume.file, sha256: volume.pdfSha256, type: 'application/pdf' };
  await sendStoredFile(request, response, file, download);
}

function manifestOf({ filesAt, manifest }: Petition): Manifest {
  if (filesAt === null)
    throw new AppError('unavailable', 'The files of this petition are being made: ask again in a moment.', {
      retryAfter: 2,
    });
  if (!manifest) throw new AppError('not-found', 'This petition has no manifest.');
  return manifest;
}

async function stored(files: PetitionFiles, serial: string, name: string): Promise<StoredFile> {
  const file = await files.find(serial, name);
  if (!file)
    throw new AppError('not-found', 'This file is no longer where it was put: ask the operators to bring it back.');
  return file;
}
