/** One batch of a petition's letters on their way off it: to their end, or back to wait for the next one. */
import type { Instant } from '../clock.ts';
import { moveLetters, type Move } from '../letters/letter-table.ts';
import type { Transaction } from '../storage/database.ts';
import { namesPerBatch } from './gather-names.ts';
import { placesAfter, type Petition } from './petition-table.ts';

/** Moves the next letters of a petition that the caller holds; gives how many went by now, and whether these were the last. */
export async function moveNextNames(
  transaction: Transaction,
  { id, names, done: before }: Petition,
  move: Omit<Move, 'id' | 'from'>,
  { now, most = namesPerBatch }: { now: Instant; most?: number | undefined },
): Promise<{ done: number; isDone: boolean }> {
  const letterIds = await placesAfter(transaction, { id, number: before }, most);
  const moves = letterIds.map((letterId): Move => ({ ...move, id: letterId, from: 'petitioned' }));
  await moveLetters(transaction, moves, now);
  const done = before + letterIds.length;
  return { done, isDone: done >= names || letterIds.length === 0 };
}
