/** Step: the next names that wait come onto a petition that is being sealed: some of them, in one transaction. */
import { In } from 'typeorm';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { namesPerVolume } from './make-volumes.ts';
import { petitionPlaceTable, petitionTable, untouched, type Petition, type PetitionPlace } from './petition-table.ts';
import { holdWaiting, type WaitingName } from './waiting-names.ts';

/** Names in one transaction, unless said otherwise: short enough that signing and sending go on beside it. */
export const namesPerBatch = 500;

/**
 * Takes the next names, of the first campaign that still has some, and gives the petition with them. It is the same
 * object when no more wait. The caller holds the petition: places are numbered one after the other, whoever gathers.
 */
export async function gatherNames(
  transaction: Transaction,
  petition: Petition,
  now: Instant,
  most = namesPerBatch,
): Promise<Petition> {
  const found = await nextNames(transaction, petition, most);
  if (!found) return petition;
  const { letters, slug } = found;
  const { id, names } = petition;
  const places = letters.map((letter, index): PetitionPlace => {
    const number = names + index + 1;
    return { petitionId: id, number, letterId: letter.id, volume: Math.ceil(number / namesPerVolume) };
  });
  await insertRows(transaction, petitionPlaceTable, places);
  const moved = await moveLetters(
    transaction,
    letters.map((letter) => ({
      id: letter.id,
      from: 'for_hand',
      to: 'petitioned',
      reason: 'sealed on a petition',
      cause: id,
      patch: { petitionId: id },
    })),
    now,
  );
  if (moved.size !== letters.length) throw new AppError('internal', 'a name left while its petition was being sealed');
  const more = {
    names: names + letters.length,
    done: names + letters.length,
    campaigns: petition.campaigns.map((campaign) =>
      campaign.slug === slug ? { ...campaign, names: campaign.names + letters.length } : campaign,
    ),
    dueAt: now + untouched,
  };
  await transaction.update(petitionTable, { id }, more);
  return { ...petition, ...more };
}

/** Campaigns follow each other on paper: the last one with names is the one that goes on. */
async function nextNames(
  transaction: Transaction,
  petition: Petition,
  most: number,
): Promise<{ letters: WaitingName[]; slug: string } | undefined> {
  const { campaigns, target, sealedAt: signedUntil } = petition;
  const current = Math.max(
    0,
    campaigns.findLastIndex(({ names }) => names > 0),
  );
  let after = await lastName(transaction, petition);
  for (const { slug } of campaigns.slice(current)) {
    const letters = await holdWaiting(transaction, { campaign: slug, target, signedUntil }, after, most);
    if (letters.length > 0) return { letters, slug };
    after = undefined;
  }
  return undefined;
}

async function lastName(transaction: Transaction, { id, names }: Petition): Promise<WaitingName | undefined> {
  if (names === 0) return undefined;
  const places = await transaction.findBy(petitionPlaceTable, { petitionId: id, number: names });
  const [letter] = await transaction.find(letterTable, {
    select: { id: true, createdAt: true },
    where: { id: In(places.map(({ letterId }) => letterId)) },
  });
  if (!letter) throw new AppError('internal', 'the last name of a petition has no letter');
  return letter;
}
