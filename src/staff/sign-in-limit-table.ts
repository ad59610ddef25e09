/** How often signing in was tried, by login and by address of the network: rows, so that every process counts the same. */
import { EntitySchema, LessThan } from 'typeorm';
import { minute, type Instant } from '../clock.ts';
import type { Transaction } from '../storage/database.ts';
import { count, instant, primary, word } from '../storage/columns.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';

interface SignInLimit {
  /** Keyed hash of a login, a network address or a known browser: what it stands for cannot be read from it. */
  place: string;
  since: Instant;
  tries: number;
}

export const signInLimitTable = new EntitySchema<SignInLimit>({
  name: 'sign_in_limit',
  columns: { place: primary(word(43)), since: instant, tries: count },
});

/** Tries are counted from the first of them for this long. */
export const limitWindow = 15 * minute;

export interface Limit {
  place: string;
  /** Tries within the window; the next one is refused. */
  most: number;
}

/**
 * Counts a try at each place before it is made, so that many at once are no way around. Gives the milliseconds to
 * wait when one of the places is full, else 0.
 */
export async function countTry(transaction: Transaction, limits: readonly Limit[], now: Instant): Promise<number> {
  await transaction.delete(signInLimitTable, { since: LessThan(now - limitWindow) });
  let wait = 0;
  // In one order, or two tries could wait for each other.
  for (const { place, most } of limits.toSorted((a, b) => (a.place < b.place ? -1 : 1))) {
    const row = await transaction.findOne(signInLimitTable, { where: { place }, ...locked(transaction) });
    if (!row) await insertRows(transaction, signInLimitTable, [{ place, since: now, tries: 1 }]);
    else if (row.tries >= most) wait = Math.max(wait, row.since + limitWindow - now);
    else await transaction.update(signInLimitTable, { place }, { tries: row.tries + 1 });
  }
  return wait;
}

/** Who got in starts afresh. */
export async function forgetTries(transaction: Transaction, places: readonly string[]): Promise<void> {
  for (const place of places) await transaction.delete(signInLimitTable, { place });
}
