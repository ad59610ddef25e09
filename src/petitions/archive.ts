/** Other forms of a petition's files, made of the stored ones when somebody asks: the names as plain text, and all in one ZIP. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../errors.ts';
import type { Manifest } from './manifest.ts';
import { readNamesCsv } from './names-csv.ts';
import { canonicalName } from './names-digest.ts';
import type { ByteRange, PetitionFiles, StoredFile } from './petition-files.ts';
import { measure, zipOf, zipSize, type ZipEntry } from './zip-stream.ts';

/** A file that is not stored, with what a download has to know of it. */
export interface MadeFile {
  name: string;
  sha256: string;
  file: StoredFile;
}

/** The names, one a line, exactly the bytes the digest is made of: `sha256sum` prints what stands on the paper. */
export async function namesText(files: PetitionFiles, { petition, csv, digest }: Manifest): Promise<MadeFile> {
  const stored = await storedFile(files, petition, csv.file);
  const names = readNamesCsv((await buffer(await stored.read())).toString('utf8'));
  const contents = Buffer.from(names.map(({ name }) => `${canonicalName(name)}\n`).join(''));
  const made = fileOf(`petition-${petition}-names.txt`, contents);
  if (made.sha256 !== digest) throw notAsMade(csv.file);
  return made;
}

/**
 * Everything of a petition, with `SHA256SUMS`. Each file is read before the first byte is sent, and again for sending.
 * @throws AppError `not-found` when one is gone, `unavailable` when one is not what the manifest says.
 */
export async function petitionArchive(files: PetitionFiles, manifest: Manifest): Promise<MadeFile> {
  const { petition, csv, volumes } = manifest;
  const entries: ZipEntry[] = [];
  const sums: string[] = [];
  const add = async (name: string, { read }: Pick<StoredFile, 'read'>, expected?: string): Promise<void> => {
    const hash = createHash('sha256');
    const measured = await measure(await read(), (piece) => hash.update(piece));
    const sha256 = hash.digest('hex');
    if (expected !== undefined && sha256 !== expected) throw notAsMade(name);
    sums.push(`${sha256}  ${name}\n`);
    entries.push({ name, ...measured, read: () => read() });
  };
  for (const { file, pdfSha256, letter } of volumes) {
    await add(file, await storedFile(files, petition, file), pdfSha256);
    if (letter) await add(letter.file, await storedFile(files, petition, letter.file), letter.pdfSha256);
  }
  await add(csv.file, await storedFile(files, petition, csv.file), csv.sha256);
  const text = await namesText(files, manifest);
  await add(text.name, text.file);
  const manifestFile = `petition-${petition}-manifest.json`;
  await add(manifestFile, await storedFile(files, petition, manifestFile));
  const list = fileOf('SHA256SUMS', Buffer.from(sums.join('')));
  await add(list.name, list.file);

  const modified = Date.parse(manifest.sealedAt);
  const file: StoredFile = {
    size: zipSize(entries),
    read: async (range) => Readable.from(within(zipOf(entries, modified), range), { objectMode: false }),
  };
  // The same sums make the same archive.
  return { name: `petition-${petition}.zip`, sha256: list.sha256, file };
}

async function storedFile(files: PetitionFiles, serial: string, name: string): Promise<StoredFile> {
  const found = await files.find(serial, name);
  if (!found)
    throw new AppError('not-found', `${name} is no longer where it was put: ask the operators to bring it back.`);
  return found;
}

function fileOf(name: string, contents: Buffer): MadeFile {
  const read = async ({ start, end }: ByteRange = { start: 0, end: contents.length - 1 }): Promise<Readable> =>
    Readable.from([contents.subarray(start, end + 1)], { objectMode: false });
  const sha256 = createHash('sha256').update(contents).digest('hex');
  return { name, sha256, file: { size: contents.length, read } };
}

async function* within(pieces: AsyncIterable<Buffer>, range?: ByteRange): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of pieces) {
    const start = Math.max(0, (range?.start ?? 0) - at);
    const part = piece.subarray(start, range && Math.max(0, range.end + 1 - at));
    at += piece.length;
    if (part.length > 0) yield part;
    if (range && at > range.end) return;
  }
}

function notAsMade(name: string): AppError {
  return new AppError('unavailable', `${name} is not the file that was made: ask the operators to bring it back.`);
}
