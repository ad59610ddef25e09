/** Step: the files of a sealed petition are made from its rows: PDF volumes, names, manifest. Can be done again at any time. */
import { createHash } from 'node:crypto';
import { In, IsNull, Not } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Words } from '../campaigns/words.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { buildManifest } from './manifest.ts';
import { namesCsv } from './names-csv.ts';
import { namesDigest } from './names-digest.ts';
import type { PetitionFiles } from './petition-files.ts';
import type { PetitionName } from './petition-sheet.ts';
import { petitionPlaceTable, petitionTable, type Petition } from './petition-table.ts';
import { namesOf } from './seal-petition.ts';
import { writeSheet } from './write-sheet.ts';
import { templateSha256, typesetVolume, type TypesetVolume } from './typeset-volume.ts';

export interface PetitionFileNeeds {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  words: Readonly<Record<string, Words>>;
  files: PetitionFiles;
  /** Metrics: called once a petition's files are on disk. */
  made(): void;
}

/** Petitions in the making: the job and the sweep may ask for the same one. */
const underWay = new Map<string, Promise<void>>();

/** Makes the files of one petition; does nothing when they are there, and waits when they are being made. */
export function makePetitionFiles(needs: PetitionFileNeeds, petitionId: string): Promise<void> {
  const making = underWay.get(petitionId) ?? make(needs, petitionId).finally(() => underWay.delete(petitionId));
  underWay.set(petitionId, making);
  return making;
}

async function make(needs: PetitionFileNeeds, petitionId: string): Promise<void> {
  const petition = await needs.database.read.findOneBy(petitionTable, { id: petitionId });
  if (!petition || petition.filesAt !== null || petition.state === 'void') return;
  const campaign = needs.book.find(petition.campaign);
  if (!campaign) throw new AppError('not-found', 'The campaign of this petition is not installed.');
  const names = await sealedNames(needs.database, petition);
  const sheet = writeSheet(campaign, petition, needs.words);
  const fileOf = (part: string): string => `petition-${petition.serial}-${part}`;
  const volumes: { volume: number; file: string; pdfSha256: string; typeset: Omit<TypesetVolume, 'pdf'> }[] = [];
  for (const [volume = 0, inVolume] of Map.groupBy(names, (name) => name.volume)) {
    const { pdf, ...typeset } = await typesetVolume(sheet, {
      volume,
      names: inVolume.map(({ number, name, language }) => ({ number, name, language })),
    });
    const file = fileOf(`volume-${volume}.pdf`);
    await needs.files.write(petition.serial, file, pdf);
    volumes.push({ volume, file, pdfSha256: sha256(pdf), typeset });
  }
  const csv = namesCsv(names);
  await needs.files.write(petition.serial, fileOf('names.csv'), csv);
  const manifest = buildManifest({
    sheet,
    campaigns: [{ slug: petition.campaign, version: petition.campaignVersion }],
    sealedAt: petition.sealedAt,
    volumes,
    csv: { file: fileOf('names.csv'), sha256: sha256(csv) },
    templateSha256: await templateSha256(),
  });
  await needs.files.write(petition.serial, fileOf('manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await needs.database.write(async (transaction) => {
    await transaction.update(petitionTable, { id: petition.id }, { filesAt: needs.clock.now(), manifest });
  });
  needs.made();
}

/** On a timer: asks again for the files of petitions that were never finished. */
export async function sweepPetitions(needs: { database: Database; queue: Pick<Queue, 'ask'> }): Promise<void> {
  const waiting = await needs.database.read.find(petitionTable, {
    select: { id: true },
    where: { filesAt: IsNull(), state: Not('void') },
  });
  for (const { id } of waiting) await needs.queue.ask('make-petition-files', { petitionId: id });
}

/** The names as sealed, in order; throws `internal` when they are no longer the ones the digest was made of. */
async function sealedNames(database: Database, petition: Petition): Promise<(PetitionName & { volume: number })[]> {
  const places = await database.read.find(petitionPlaceTable, {
    where: { petitionId: petition.id },
    order: { number: 'ASC' },
  });
  const signatureOf = new Map<string, string>();
  for (const piece of piecesOf(places)) {
    const letters = await database.read.find(letterTable, {
      select: { id: true, signatureId: true },
      where: { id: In(piece.map((place) => place.letterId)) },
    });
    for (const letter of letters) signatureOf.set(letter.id, letter.signatureId);
  }
  const names = await namesOf(
    database.read,
    places.map((place) => signatureOf.get(place.letterId) ?? ''),
  );
  if (namesDigest(names.map((each) => each.name)) !== petition.digest)
    throw new AppError('internal', 'the names of this petition are not the sealed ones');
  return places.map(({ number, volume }, index) => ({
    number,
    volume,
    ...(names[index] ?? { name: '', language: '' }),
  }));
}

function sha256(contents: Buffer | string): string {
  return createHash('sha256').update(contents).digest('hex');
}
