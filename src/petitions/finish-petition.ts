/** Step: whatever is still to be done for a petition is done: it is sealed, its files are made, its names are let go or come to their end. */
import { LessThan } from 'typeorm';
import { hour, minute, second, type Clock, type Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { createLease } from '../storage/lease-table.ts';
import { finishHandIn } from './end-letters.ts';
import { createRest } from './free-cores.ts';
import { coresFor } from './give-way.ts';
import { makePetitionFiles, type PetitionFileNeeds } from './make-petition-files.ts';
import { petitionTable, untouched, type Petition } from './petition-table.ts';
import { finishSealing, type SealNeeds } from './seal-petition.ts';
import { finishVoiding } from './void-petition.ts';

/** Petitions in work in this process, on these rows: the job and the sweep may ask for the same one. */
const underWay = new WeakMap<Database, Map<string, Promise<boolean>>>();

/** Milliseconds after which the lease of one who works on a petition is renewed: it lasts for `untouched`. */
const renewEvery = second;

export type FinishNeeds = PetitionFileNeeds & SealNeeds;

/**
 * Finishes a petition; waits when this process is at it already. False when another process is: it may have died, and
 * then the petition is free when its lease ends. False too when the signal of `typesetting` stops it: what is there
 * stays, and whoever is asked next goes on. What fails is noted on its row, with the time of the next try, and thrown.
 */
export function finishPetition(needs: FinishNeeds, petitionId: string): Promise<boolean> {
  const here = underWay.get(needs.database) ?? new Map<string, Promise<boolean>>();
  underWay.set(needs.database, here);
  const finishing = here.get(petitionId) ?? finish(needs, petitionId).finally(() => here.delete(petitionId));
  here.set(petitionId, finishing);
  return finishing;
}

async function finish(wanted: FinishNeeds, petitionId: string): Promise<boolean> {
  const { cores = coresFor(wanted.typesetting?.nice), ...typesetting } = wanted.typesetting ?? {};
  const needs = { ...wanted, typesetting: { ...typesetting, cores } };
  const inBatches = () => ({ ...needs, rest: createRest(cores, typesetting.signal) });
  const isStopped = (): boolean => typesetting.signal?.aborted === true;
  const goOn = (): boolean => !isStopped();
  const petition = await needs.database.read.findOneBy(petitionTable, { id: petitionId });
  if (!petition) return true;
  const lease = createLease(needs, `petition ${petitionId}`, untouched);
  if (!(await lease.take())) return false;
  // Nobody waits for it: where it cannot be renewed, another one may begin, and the lease is looked at before the end.
  const renewing = setInterval(() => void lease.keep().catch(() => undefined), renewEvery);
  try {
    const sealed = petition.state === 'sealing' ? await finishSealing(inBatches(), petitionId, goOn) : petition;
    await makePetitionFiles(needs, sealed, lease.isHeld);
    const latest = await needs.database.read.findOneByOrFail(petitionTable, { id: petitionId });
    await finishVoiding(inBatches(), latest, goOn);
    await finishHandIn(inBatches(), latest, goOn);
    return goOn();
  } catch (thrown) {
    if (isStopped()) return false;
    await noteFailure(needs, petition, thrown, lease.isHeld);
    throw thrown;
  } finally {
    clearInterval(renewing);
    await lease.giveBack().catch(() => undefined);
  }
}

/** Waits before the next try: a passing trouble costs seconds, a volume that never succeeds costs little. */
const waits: readonly Instant[] = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour];

/** Notes why it failed. Only words of ours: whatever else an error says might hold a name. */
async function noteFailure(
  needs: { database: Database; clock: Clock },
  { id }: Petition,
  thrown: unknown,
  isMine: (transaction: Transaction) => Promise<boolean>,
): Promise<void> {
  const words = thrown instanceof AppError ? thrown.message : 'It ended with an error of ours: the log tells which.';
  const [, number] = /\bname (\d[\d,]*)/.exec(words) ?? [];
  await needs.database
    .write(async (transaction) => {
      // Somebody else is at it by now, and has troubles of his own to note.
      if (!(await isMine(transaction))) return;
      const { failures = 0 } = (await transaction.findOneBy(petitionTable, { id })) ?? {};
      const wait = waits[Math.min(failures, waits.length - 1)] ?? hour;
      await transaction.update(
        petitionTable,
        { id },
        {
          failures: failures + 1,
          failedReason: words.slice(0, 400),
          failedName: number === undefined ? null : Number(number.replaceAll(',', '')),
          dueAt: needs.clock.now() + wait,
        },
      );
    })
    // A database that is gone is the failure itself: the row is due as before.
    .catch(() => undefined);
}

/** Petitions asked for at a time. */
const most = 100;

/** On a timer: asks again for petitions that nobody finished. */
export async function sweepPetitions(needs: {
  database: Database;
  clock: Clock;
  queue: Pick<Queue, 'ask'>;
}): Promise<void> {
  const lying = await needs.database.read.find(petitionTable, {
    select: { id: true },
    where: { dueAt: LessThan(needs.clock.now() + 1) },
    order: { dueAt: 'ASC' },
    take: most,
  });
  for (const { id } of lying) await needs.queue.ask('finish-petition', { petitionId: id });
}
