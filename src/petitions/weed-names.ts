/** Step: staff keep a waiting name from the next petition, or put it back. Each with a reason, and nothing is forgotten. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { weedEventTable, withheldTable, type WeedEvent } from './withheld-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
}

export interface WeedWish {
  campaign: string;
  letterId: string;
  by: string;
  reason: string;
}

/**
 * Keeps a name from the next petition. Its letter stays where it is: should mail arrive again, it goes by mail.
 * Throws `not-found`, or `conflict` when the name does not wait for a petition or is withheld already.
 */
export async function withholdName(needs: Needs, wish: WeedWish): Promise<WeedEvent> {
  return needs.database.write(async (transaction) => {
    const { id, campaign, target, state } = await holdLetter(transaction, wish);
    if (state !== 'for_hand')
      throw new AppError('conflict', 'Only a name that waits for a petition can be withheld; void a sealed one first.');
    if (await transaction.findOneBy(withheldTable, { letterId: id }))
      throw new AppError('conflict', 'This name is withheld already: put it back first to give another reason.');
    const { by, reason } = wish;
    await insertRows(transaction, withheldTable, [
      { letterId: id, campaign, target, since: needs.clock.now(), by, reason },
    ]);
    return tell(needs, transaction, wish, 'withheld');
  });
}

/** Lets the name onto the next petition again. Throws `not-found`, or `conflict` when it is not withheld. */
export async function putBackName(needs: Needs, wish: WeedWish): Promise<WeedEvent> {
  return needs.database.write(async (transaction) => {
    await holdLetter(transaction, wish);
    const ended = await transaction.delete(withheldTable, { letterId: wish.letterId });
    if (!ended.affected) throw new AppError('conflict', 'This name is not withheld: there is nothing to put back.');
    return tell(needs, transaction, wish, 'put-back');
  });
}

export interface WeedListEntry {
  letterId: string;
  target: string;
  /** Newest first; the first one says why it is withheld. */
  events: WeedEvent[];
}

/** The names of a campaign that are withheld and wait, with all that was said of them. */
export async function weedList(database: Database, campaign: string): Promise<WeedListEntry[]> {
  const rows = await database.read
    .createQueryBuilder(withheldTable, 'withheld')
    .innerJoin('letter', 'letter', `letter.id = withheld.letter_id and letter.state = 'for_hand'`)
    .where('withheld.campaign = :campaign', { campaign })
    .orderBy('withheld.letter_id')
    .getMany();
  return Promise.all(
    rows.map(async ({ letterId, target }) => ({ letterId, target, events: await weedHistory(database, letterId) })),
  );
}

/** All that was said of a name, newest first. */
async function weedHistory(database: Database, letterId: string): Promise<WeedEvent[]> {
  return database.read.find(weedEventTable, { where: { letterId }, order: { at: 'DESC', id: 'DESC' } });
}

/** Whoever seals locks the same row: a name is withheld before it is sealed, or not at all. */
async function holdLetter(transaction: Transaction, { campaign, letterId }: WeedWish): Promise<Letter> {
  const letter = await transaction.findOne(letterTable, { where: { id: letterId, campaign }, ...locked(transaction) });
  if (!letter) throw new AppError('not-found', 'This campaign has no such letter.');
  return letter;
}

async function tell(
  { clock }: Needs,
  transaction: Transaction,
  { letterId, by, reason }: WeedWish,
  what: WeedEvent['what'],
): Promise<WeedEvent> {
  const event: WeedEvent = { id: newId(clock), letterId, at: clock.now(), what, by, reason };
  await insertRows(transaction, weedEventTable, [event]);
  return event;
}
