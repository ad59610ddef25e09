/** Step without a database: a list of names becomes the same files as a sealed petition. For proofs, paper and measuring. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Words } from '../campaigns/words.ts';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { makeVolumes, namesPerVolume, type PlacedName, type VolumesNeeds } from './make-volumes.ts';
import type { Manifest } from './manifest.ts';
import { createNamesDigest } from './names-digest.ts';
import { readNameList, type BadLine } from './read-name-list.ts';
import { writeSheet } from './write-sheet.ts';

export interface ListToRender {
  campaign: Campaign;
  target: string;
  words: Readonly<Record<string, Words>>;
  keys: KeyRing;
  /** The list as bytes; read once. */
  list: AsyncIterable<Buffer>;
  /** The folder to write to; made when it is not there. */
  out: string;
  sealedAt: Instant;
  /** Names in a volume. */
  perVolume?: number;
  mailStoppedAt?: Instant;
  /** Whether the CSV begins with a byte order mark. */
  bom?: boolean;
  typesetting?: VolumesNeeds['typesetting'];
  progress?(done: number, of: number): void;
}

export interface RenderedList {
  manifest: Manifest;
  /** Lines that held nothing at all. */
  emptyLines: number;
}

/** Bad lines told one by one. */
const mostTold = 20;

/**
 * Writes volumes, CSV and manifest. The list's number is made of its digest, so that the same list has the same.
 * @throws AppError `not-found` for a target of another campaign; `invalid`, with every bad line by its number,
 * before anything is made.
 */
export async function renderList(wanted: ListToRender): Promise<RenderedList> {
  const { campaign, target, out, words, sealedAt, mailStoppedAt = null, perVolume = namesPerVolume } = wanted;
  if (!campaign.targets.some(({ id }) => id === target))
    throw new AppError('not-found', 'This campaign has no such target.');
  await mkdir(out, { recursive: true });
  // Standard input comes once, and a file may change while its volumes are made.
  const copy = join(out, `.names-${randomUUID()}.part`);
  try {
    const { count, digest, emptyLines } = await copyChecked(wanted, copy);
    const volumes = Math.ceil(count / perVolume);
    const serial = `list-${digest.slice(0, 8)}`;
    const manifest = await makeVolumes({
      sheet: writeSheet(campaign, { serial, target, names: count, volumes, digest, sealedAt, mailStoppedAt }, words),
      campaigns: [{ slug: campaign.slug, version: campaign.version }],
      sealedAt,
      keys: wanted.keys,
      bom: wanted.bom ?? true,
      ...(wanted.typesetting && { typesetting: wanted.typesetting }),
      names: () => placedNames(copy, perVolume),
      keep: (file, contents) => keep(join(out, file), contents),
      progress: (done) => wanted.progress?.(done, count),
    });
    return { manifest, emptyLines };
  } finally {
    await rm(copy, { force: true });
  }
}

async function copyChecked({ list, campaign }: ListToRender, copy: string) {
  const bad: BadLine[] = [];
  const digest = createNamesDigest();
  let [count, badLines, emptyLines] = [0, 0, 0];
  const handle = await open(copy, 'wx', 0o600);
  try {
    let piece = '';
    for await (const line of readNameList(list, campaign.languages[0] ?? 'en')) {
      if (line === 'empty') emptyLines += 1;
      else if ('problem' in line) {
        badLines += 1;
        if (bad.length < mostTold) bad.push(line);
      } else {
        count += 1;
        digest.add(line.name);
        piece += `${line.name}\t${line.language}\n`;
        if (piece.length > 64 * 1024) {
          await handle.appendFile(piece);
          piece = '';
        }
      }
    }
    await handle.appendFile(piece);
  } finally {
    await handle.close();
  }
  if (badLines > 0) throw new AppError('invalid', complaint(bad, badLines));
  if (count === 0) throw new AppError('invalid', 'The list holds no name: write one a line.');
  return { count, digest: digest.hex(), emptyLines };
}

function complaint(bad: readonly BadLine[], all: number): string {
  const told = bad.map(({ line, problem }) => `  line ${line} ${problem}`);
  const rest = all > bad.length ? [`  … and ${all - bad.length} more`] : [];
  const head = `${all} ${all === 1 ? 'line' : 'lines'} of the list cannot be printed. Mend them first; nothing was made.`;
  return [head, ...told, ...rest].join('\n');
}

async function* placedNames(copy: string, perVolume: number): AsyncGenerator<PlacedName> {
  let number = 0;
  for await (const line of readNameList(createReadStream(copy), 'und')) {
    if (line === 'empty' || 'problem' in line) throw new AppError('internal', 'the copy of the list was changed');
    number += 1;
    yield { ...line, number, volume: Math.ceil(number / perVolume) };
  }
}

/** Writes beside the file and renames: half a file is never taken for a whole one. */
async function keep(path: string, contents: Buffer | string | AsyncIterable<string>): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, contents, { flag: 'wx', mode: 0o640, flush: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
