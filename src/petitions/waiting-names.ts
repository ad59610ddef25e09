/** The names that wait for paper: how many they are, and the next ones in the order of signing. */
import type { Instant } from '../clock.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { withheldAmong, withheldTable } from './withheld-table.ts';

/** The signer domain of a letter whose signer was erased: that name comes onto no paper. */
const erased = '';

/** Whose names, and up to which instant they had signed. */
interface Waiting {
  campaign: string;
  target: string;
  signedUntil: Instant;
}

export type WaitingName = Pick<Letter, 'id' | 'createdAt'>;

/** How many names wait, and how many of them are withheld. */
export async function countWaiting(
  reader: Transaction,
  { campaign, target, signedUntil }: Waiting,
): Promise<{ names: number; withheld: number }> {
  const all = await reader
    .createQueryBuilder(letterTable, 'letter')
    .where('letter.campaign = :campaign and letter.state = :state and letter.target = :target', {
      campaign,
      state: 'for_hand',
      target,
    })
    .andWhere('letter.createdAt <= :signedUntil', { signedUntil })
    .getCount();
  const withheld = await reader
    .createQueryBuilder(withheldTable, 'withheld')
    .innerJoin('letter', 'letter', `letter.id = withheld.letter_id and letter.state = 'for_hand'`)
    .where('withheld.campaign = :campaign and withheld.target = :target', { campaign, target })
    .andWhere('letter.created_at <= :signedUntil', { signedUntil })
    .getCount();
  return { names: all - withheld, withheld };
}

/**
 * The next names after one, at most `most`, that are not withheld; empty when no more wait. Nobody else moves or
 * withholds them until the commit.
 */
export async function holdWaiting(
  transaction: Transaction,
  waiting: Waiting,
  start: WaitingName | undefined,
  most: number,
): Promise<WaitingName[]> {
  let after = start;
  for (;;) {
    const next = await holdNext(transaction, waiting, after, most);
    if (next.length === 0) return [];
    // Asked only now: whoever withholds a name locks its letter first.
    const withheld = await withheldAmong(
      transaction,
      next.map(({ id }) => id),
    );
    const fit = next.filter(({ id }) => !withheld.has(id));
    if (fit.length > 0) return fit;
    after = next.at(-1);
  }
}

async function holdNext(
  transaction: Transaction,
  { campaign, target, signedUntil }: Waiting,
  after: WaitingName | undefined,
  most: number,
): Promise<WaitingName[]> {
  const query = transaction
    .createQueryBuilder(letterTable, 'letter')
    .select(['letter.id', 'letter.createdAt'])
    .where('letter.campaign = :campaign and letter.state = :state and letter.target = :target', {
      campaign,
      state: 'for_hand',
      target,
    })
    .andWhere('letter.createdAt <= :signedUntil and letter.signerDomain <> :erased', { signedUntil, erased })
    .orderBy('letter.createdAt')
    .addOrderBy('letter.id')
    .limit(most);
  if (after)
    // Both halves name the column, so that the engine starts in the index where the last names ended.
    query.andWhere('letter.createdAt >= :since and (letter.createdAt > :since or letter.id > :id)', {
      since: after.createdAt,
      id: after.id,
    });
  const { lock } = locked(transaction);
  if (lock) query.setLock(lock.mode);
  return query.getMany();
}
