/** Step: the files of a sealed petition are made from its rows: PDF volumes, names, manifest. Can be done again at any time. */
import { Between, In, IsNull, Not } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Words } from '../campaigns/words.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { makeVolumes, namesPerVolume, type PlacedName } from './make-volumes.ts';
import type { PetitionFiles } from './petition-files.ts';
import { petitionPlaceTable, petitionTable, type Petition } from './petition-table.ts';
import { namesOf } from './seal-petition.ts';
import { writeSheet } from './write-sheet.ts';

export interface PetitionFileNeeds {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  words: Readonly<Record<string, Words>>;
  keys: KeyRing;
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
  const { serial } = petition;
  const manifest = await makeVolumes({
    sheet: writeSheet(campaign, petition, needs.words),
    campaigns: [{ slug: petition.campaign, version: petition.campaignVersion }],
    sealedAt: petition.sealedAt,
    keys: needs.keys,
    names: () => sealedNames(needs.database, petition),
    // A store takes a file only with its length.
    keep: async (file, contents) =>
      needs.files.write(
        serial,
        file,
        typeof contents === 'string' || Buffer.isBuffer(contents) ? contents : await gathered(contents),
      ),
  });
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

/** The names as sealed, in order, a volume's worth at a time. */
async function* sealedNames(database: Database, petition: Petition): AsyncGenerator<PlacedName> {
  for (let from = 1; from <= petition.names; from += namesPerVolume) {
    const places = await database.read.find(petitionPlaceTable, {
      where: { petitionId: petition.id, number: Between(from, from + namesPerVolume - 1) },
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
    for (const [index, { number, volume }] of places.entries())
      yield { number, volume, ...(names[index] ?? { name: '', language: '' }) };
  }
}

async function gathered(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
