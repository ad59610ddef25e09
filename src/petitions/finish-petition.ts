/** Step: whatever is still to be done for a petition is done: it is sealed, its files are made, or its names are let go. */
import { LessThan } from 'typeorm';
import { hour, minute, second, type Clock, type Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { makePetitionFiles, type PetitionFileNeeds } from './make-petition-files.ts';
import { petitionTable, type Petition } from './petition-table.ts';
import { finishSealing, type SealNeeds } from './seal-petition.ts';
import { finishVoiding } from './void-petition.ts';

/** Petitions in work in this process: the job and the sweep may ask for the same one. */
const underWay = new Map<string, Promise<void>>();

/**
 * Finishes a petition; waits when this process is at it already. What fails is noted on its row, with the time of
 * the next try, and thrown.
 */
export function finishPetition(needs: PetitionFileNeeds & SealNeeds, petitionId: string): Promise<void> {
  const finishing = underWay.get(petitionId) ?? finish(needs, petitionId).finally(() => underWay.delete(petitionId));
  underWay.set(petitionId, finishing);
  return finishing;
}

async function finish(needs: PetitionFileNeeds & SealNeeds, petitionId: string): Promise<void> {
  const petition = await needs.database.read.findOneBy(petitionTable, { id: petitionId });
  if (!petition) return;
  try {
    const sealed = petition.state === 'sealing' ? await finishSealing(needs, petitionId) : petition;
    await makePetitionFiles(needs, sealed);
    const latest = await needs.database.read.findOneByOrFail(petitionTable, { id: petitionId });
    await finishVoiding(needs, latest);
  } catch (thrown) {
    await noteFailure(needs, petition, thrown);
    throw thrown;
  }
}

/** Waits before the next try: a passing trouble costs seconds, a volume that never succeeds costs little. */
const waits: readonly Instant[] = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour];

/** Notes why it failed. Only words of ours: whatever else an error says might hold a name. */
async function noteFailure(needs: { database: Database; clock: Clock }, { id }: Petition, thrown: unknown) {
  const words = thrown instanceof AppError ? thrown.message : 'It ended with an error of ours: the log tells which.';
  const [, number] = /\bname (\d[\d,]*)/.exec(words) ?? [];
  await needs.database
    .write(async (transaction) => {
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
