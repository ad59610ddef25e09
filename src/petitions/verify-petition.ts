/** Proves a list of names against its manifest: every count, range and hash of what it is given, in plain words. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError, asError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { manifestSchema, type Manifest } from './manifest.ts';
import { readNamesCsv, type NumberedName } from './names-csv.ts';
import { namesDigest } from './names-digest.ts';
import { createNamesTree, nameLeaves } from './names-tree.ts';

/** One thing that was looked at; `fits` is undefined for what could not be checked or proves nothing. */
export interface Finding {
  fits: boolean | undefined;
  says: string;
}

/**
 * Checks the CSV and, where they stand beside the manifest, the volumes. Says nothing about any name.
 * @throws AppError `invalid` when a file cannot be read as what it should be.
 */
export async function verifyPetition(
  manifestFile: string,
  csvFile: string,
  keys: KeyRing | undefined,
): Promise<{ manifest: Manifest; findings: Finding[] }> {
  const { manifest, csv, names } = await readList(manifestFile, csvFile);
  const findings = [
    ...checkList(manifest, names),
    checkBytes(manifest, csv),
    checkTree(manifest, names, keys),
    checkRanges(manifest),
  ];
  for (const volume of manifest.volumes) findings.push(await checkVolume(dirname(manifestFile), volume));
  return { manifest, findings };
}

/** Reads both files as what they should be. Throws `not-found` or `invalid`. */
export async function readList(
  manifestFile: string,
  csvFile: string,
): Promise<{ manifest: Manifest; csv: Buffer; names: NumberedName[] }> {
  const manifest = readManifest((await open(manifestFile)).toString('utf8'));
  const csv = await open(csvFile);
  return { manifest, csv, names: readCsv(csv) };
}

function checkList({ count, digest }: Manifest, names: readonly NumberedName[]): Finding[] {
  const gap = names.findIndex(({ number }, index) => number !== index + 1);
  return [
    names.length === count
      ? { fits: true, says: `The list has ${count} names, as many as the manifest says.` }
      : { fits: false, says: `The list has ${names.length} names; the manifest says ${count}.` },
    gap < 0
      ? { fits: true, says: 'They are numbered from 1 without a gap.' }
      : { fits: false, says: `Where number ${gap + 1} should be, the list has number ${names[gap]?.number}.` },
    namesDigest(names.map(({ name }) => name)) === digest
      ? { fits: true, says: `The names are the sealed ones, in their order: digest ${digest}.` }
      : { fits: false, says: `The names are not the sealed ones: their digest is not ${digest}.` },
  ];
}

function checkBytes({ csv }: Manifest, bytes: Buffer): Finding {
  return sha256(bytes) === csv.sha256
    ? { fits: true, says: 'The CSV has the very bytes that were made.' }
    : { fits: undefined, says: 'The CSV was saved anew since it was made: only its names and numbers count.' };
}

function checkTree(manifest: Manifest, names: readonly NumberedName[], keys: KeyRing | undefined): Finding {
  const { tree, petition: number, digest } = manifest;
  if (!tree) return { fits: undefined, says: 'The manifest has no tree over the names.' };
  const leaves = keys && nameLeaves(keys, { number, digest }, tree.key);
  if (!leaves)
    return { fits: undefined, says: `The tree over the names was not checked: that takes key ${tree.key} of SECRETS.` };
  const found = createNamesTree(leaves);
  for (const name of names) found.add(name);
  return found.rootHex() === tree.root
    ? { fits: true, says: 'The tree over the names has the root that the manifest says.' }
    : { fits: false, says: 'The tree over the names has another root than the manifest says.' };
}

/** Every number stands in one volume and on one page. */
function checkRanges({ count, volumes }: Manifest): Finding {
  const wrong = { fits: false, says: 'The volumes or pages of the manifest leave numbers out or have them twice.' };
  let next = 1;
  for (const { from, to, pageRanges } of volumes) {
    if (from !== next) return wrong;
    for (const range of pageRanges) {
      if (range.from !== next || range.to < range.from) return wrong;
      next = range.to + 1;
    }
    if (to !== next - 1) return wrong;
  }
  return next === count + 1 ? { fits: true, says: 'Every number stands on one page of one volume.' } : wrong;
}

async function checkVolume(folder: string, { volume, file, pdfSha256 }: Manifest['volumes'][number]): Promise<Finding> {
  const hash = createHash('sha256');
  // A manifest may come from anywhere: it names files of its own folder, and none elsewhere.
  const name = basename(file);
  try {
    await pipeline(createReadStream(join(folder, name)), hash);
  } catch (error) {
    const says = `Volume ${volume} was not checked: ${name} cannot be read beside the manifest (${codeOf(error)}).`;
    return { fits: undefined, says };
  }
  return hash.digest('hex') === pdfSha256
    ? { fits: true, says: `Volume ${volume} has the very bytes that were made: ${name}.` }
    : { fits: false, says: `Volume ${volume} is not the file that was made: ${name}.` };
}

function readManifest(text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('invalid', 'The first file is no manifest of a petition.', { cause });
  }
}

function readCsv(bytes: Buffer): NumberedName[] {
  try {
    return readNamesCsv(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    const why = cause instanceof TypeError ? 'The CSV is not UTF-8.' : asError(cause).message;
    throw new AppError('invalid', `The second file is no list of names: ${why}`, { cause });
  }
}

async function open(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError('not-found', `${file} cannot be read (${codeOf(cause)}).`, { cause });
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
