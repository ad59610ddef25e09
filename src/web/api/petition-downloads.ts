/** The files of a petition as downloads, for the API and the console: stored ones, and those made when somebody asks. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { namesText, petitionArchive, type MadeFile } from '../../petitions/archive.ts';
import type { Manifest } from '../../petitions/manifest.ts';
import type { PetitionFiles, StoredFile } from '../../petitions/petition-files.ts';
import type { Petition } from '../../petitions/petition-table.ts';
import { byteOrderMark } from '../../petitions/names-csv.ts';
import { parse } from './campaigns.ts';
import { sendStoredFile, type Download } from './send-stored-file.ts';

/** Files of which each petition has one. */
export const petitionDownloads = ['names.csv', 'names.txt', 'archive.zip', 'manifest.json'] as const;
type PetitionDownload = (typeof petitionDownloads)[number];

/** How the table of names is wanted. */
export const csvQuery = z.strictObject({
  bom: z
    .enum(['0', '1'])
    .default('1')
    .describe(
      'Whether it begins with a byte order mark, by which spreadsheets see UTF-8. `0` is for programs; the hash in the manifest is that of the file with the mark.',
    ),
});

type Open = (
  files: PetitionFiles,
  manifest: Manifest,
  query: Request['query'],
) => Promise<Download & { file: StoredFile }>;

const opened: Readonly<Record<Exclude<PetitionDownload, 'manifest.json'>, Open>> = {
  async 'names.csv'(files, { petition, csv }, query) {
    const { bom } = parse(csvQuery, query, 'The query has mistakes.');
    const file = await stored(files, petition, csv.file);
    const download = { name: csv.file, type: 'text/csv; charset=utf-8' };
    if (bom === '1') return { ...download, version: csv.sha256, file };
    return { ...download, version: `${csv.sha256}-no-bom`, file: fromByte(file, Buffer.byteLength(byteOrderMark)) };
  },
  'names.txt': async (files, manifest) => made(await namesText(files, manifest), 'text/plain; charset=utf-8'),
  'archive.zip': async (files, manifest) => made(await petitionArchive(files, manifest), 'application/zip'),
};

const made = ({ sha256, ...file }: MadeFile, type: string) => ({ ...file, type, version: sha256 });

/** A stored file without its first bytes. */
function fromByte({ size, read }: StoredFile, first: number): StoredFile {
  return {
    size: size - first,
    read: ({ start, end } = { start: 0, end: size - first - 1 }) => read({ start: start + first, end: end + first }),
  };
}

/** Sends one of these files. Throws `unavailable` while they are being made, `not-found` when one is gone. */
export async function sendPetitionFile(
  files: PetitionFiles,
  { request, response }: { request: Request; response: Response },
  petition: Petition,
  wanted: PetitionDownload,
): Promise<void> {
  const manifest = manifestOf(petition);
  if (wanted === 'manifest.json') return void response.json(manifest);
  const { file, ...download } = await opened[wanted](files, manifest, request.query);
  await sendStoredFile(request, response, file, download);
}

/** Sends the PDF of a volume, or its letter of names. Throws as `sendPetitionFile` does. */
export async function sendVolume(
  files: PetitionFiles,
  { request, response }: { request: Request; response: Response },
  petition: Petition,
  wanted: { volume: string | undefined; as: 'volume' | 'letter' },
): Promise<void> {
  const volume = manifestOf(petition).volumes.find((each) => String(each.volume) === wanted.volume);
  if (!volume) throw new AppError('not-found', 'This petition has no such volume.');
  const pdf = wanted.as === 'volume' ? volume : volume.letter;
  if (!pdf)
    throw new AppError(
      'not-found',
      'This petition has no letter of names: its campaign asked for none when it was made.',
    );
  const file = await stored(files, petition.serial, pdf.file);
  await sendStoredFile(request, response, file, { name: pdf.file, version: pdf.pdfSha256, type: 'application/pdf' });
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
