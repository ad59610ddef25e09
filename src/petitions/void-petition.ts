/** Step: a petition is declared void, and its names wait for the next one. They go back in batches. */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import { stopwatch, type Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { reach } from '../points.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import type { Rest } from './free-cores.ts';
import { courseOf } from './hand-in-course.ts';
import { readHandIns } from './hand-in-table.ts';
import { moveNextNames } from './move-next-names.ts';
import { petitionEvent } from './petition-event.ts';
import { holdPetition, petitionTable, untouched, type Petition } from './petition-table.ts';

export interface VoidNeeds {
  database: Database;
  clock: Clock;
  /** Names in one transaction. */
  perBatch?: number;
  /** Between two batches; others have a turn unless said otherwise. */
  rest?: Rest;
}

/**
 * Voids a petition that was not handed in, also while it is being sealed. Its row, places and files stay as
 * evidence. What takes longer than `patience` seconds goes on by itself: then it comes back as it is, `voiding`.
 * Throws `not-found`, or `conflict` when it was handed in or voided before, or is on its way: should it arrive, its
 * names would be handed over twice.
 */
export async function voidPetition(
  needs: VoidNeeds & { queue: Pick<Queue, 'ask'> },
  petitionId: string,
  reason: string,
  patience = Infinity,
): Promise<Petition> {
  const waited = stopwatch();
  const now = needs.clock.now();
  const begun = await needs.database.write(async (transaction) => {
    const petition = await holdPetition(transaction, petitionId, ['sealing', 'sealed']);
    if (courseOf(petition.state, await readHandIns(transaction, [petitionId])) === 'on-its-way')
      throw new AppError(
        'conflict',
        'This petition is on its way by post and may arrive: record first that it was refused or lost, or strike the hand-in.',
      );
    await noteEvent(transaction, needs.clock, petitionEvent('petition.voided', petition));
    const voiding = { state: 'voiding', voidedAt: now, voidReason: reason, done: 0 } as const;
    return letGo(transaction, { ...petition, ...voiding }, now, needs.perBatch);
  });
  const petition = await finishVoiding(needs, begun, () => waited() < patience);
  if (petition.state === 'voiding') await needs.queue.ask('finish-petition', { petitionId });
  return petition;
}

/** Goes on with a petition that is being voided, as long as `goOn` says so; gives it as it is then. */
export async function finishVoiding(
  { database, clock, perBatch, rest = letOthersGo }: VoidNeeds,
  begun: Petition,
  goOn: () => boolean = () => true,
): Promise<Petition> {
  let petition = begun;
  while (petition.state === 'voiding' && goOn()) {
    reach('names-let-go');
    await rest();
    petition = await database.write(async (transaction) => {
      const held = await holdPetition(transaction, begun.id, ['voiding', 'void']);
      return held.state === 'void' ? held : letGo(transaction, held, clock.now(), perBatch);
    });
  }
  return petition;
}

/** Lets the next names go, and ends the petition with the last of them. */
async function letGo(transaction: Transaction, petition: Petition, now: number, most?: number): Promise<Petition> {
  const { id } = petition;
  const move = { to: 'for_hand', reason: 'its petition was voided', cause: id, patch: { petitionId: null } } as const;
  const { done, isDone } = await moveNextNames(transaction, petition, move, { now, most });
  const changed = {
    state: isDone ? 'void' : 'voiding',
    voidedAt: petition.voidedAt,
    voidReason: petition.voidReason,
    done,
    dueAt: isDone ? null : now + untouched,
  } as const;
  await transaction.update(petitionTable, { id }, changed);
  return { ...petition, ...changed };
}
