/** Step: the letters of a petition that the office received come to their end, in batches. */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import type { Clock, Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { reach } from '../points.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import type { Rest } from './free-cores.ts';
import { isReceipt } from './hand-in-course.ts';
import { readHandIns, type HandIn } from './hand-in-table.ts';
import { moveNextNames } from './move-next-names.ts';
import { petitionEvent } from './petition-event.ts';
import { holdPetition, petitionTable, untouched, type Petition } from './petition-table.ts';

export interface HandInNeeds {
  database: Database;
  clock: Clock;
  /** Names in one transaction. */
  perBatch?: number;
  /** Between two batches; others have a turn unless said otherwise. */
  rest?: Rest;
}

/** What is told of a hand-in to whoever listens. */
export function toldOf({ id, outcome, at }: HandIn): Record<string, string> {
  return { hand_in: id, outcome, handed_in_at: new Date(at).toISOString() };
}

/** Goes on with a petition that is being handed in, as long as `goOn` says so; gives it as it is then. */
export async function finishHandIn(
  { database, clock, perBatch, rest = letOthersGo }: HandInNeeds,
  begun: Petition,
  goOn: () => boolean = () => true,
): Promise<Petition> {
  let petition = begun;
  while (petition.state === 'handing_in' && goOn()) {
    reach('names-handed-in');
    await rest();
    petition = await database.write(async (transaction) => {
      const held = await holdPetition(transaction, begun.id, ['handing_in', 'handed_in']);
      if (held.state === 'handed_in') return held;
      return endLetters(transaction, clock, held, await receiptOf(transaction, begun.id), perBatch);
    });
  }
  return petition;
}

/** The record by which a petition is handed in: while it is, nobody can strike it. */
async function receiptOf(transaction: Transaction, petitionId: string): Promise<HandIn> {
  const tries = await readHandIns(transaction, [petitionId]);
  const receipt = tries.find(({ struckAt, outcome }) => struckAt === null && isReceipt(outcome));
  if (!receipt) throw new AppError('internal', 'a petition is being handed in, and nobody recorded that it was');
  return receipt;
}

/** Ends the next letters of a petition that the caller holds, and its own way with the last of them. */
export async function endLetters(
  transaction: Transaction,
  clock: Clock,
  petition: Petition,
  receipt: HandIn,
  most?: number,
): Promise<Petition> {
  const now: Instant = clock.now();
  const { id } = petition;
  const move = { to: 'handed_in', reason: `handed in: ${receipt.outcome}`, cause: receipt.id } as const;
  const { done, isDone } = await moveNextNames(transaction, petition, move, { now, most });
  const changed = isDone
    ? ({ state: 'handed_in', done, dueAt: null, failures: 0, failedReason: null, failedName: null } as const)
    : ({ state: 'handing_in', done, dueAt: now + untouched } as const);
  await transaction.update(petitionTable, { id }, changed);
  if (isDone) await noteEvent(transaction, clock, petitionEvent('petition.handed-in', petition, toldOf(receipt)));
  return { ...petition, ...changed };
}
