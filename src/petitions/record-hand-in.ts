/** Step: a try at handing a petition over is recorded, and begins the end of its letters when the office received it. */
import { stopwatch } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Queue } from '../queue/queue.ts';
import type { Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { endLetters, finishHandIn, toldOf, type HandInNeeds } from './end-letters.ts';
import { isReceipt, timeProblem } from './hand-in-course.ts';
import { handInTable, readHandIns, type HandIn } from './hand-in-table.ts';
import { petitionEvent } from './petition-event.ts';
import { holdPetition, petitionStates, type Petition } from './petition-table.ts';

export type HandInReport = Pick<HandIn, 'at' | 'outcome' | 'place' | 'carrier' | 'reference' | 'note'>;

/**
 * Records one try. Only the office's receipt hands the petition in; whatever was posted, refused or lost stays sealed,
 * for another try or another way. The same report a second time gives the first row. A receipt ends the letters in
 * batches; what takes longer than `patience` seconds goes on by itself, and the petition is `handing_in` meanwhile. Throws
 * `not-found`, `invalid` for a time that cannot be, or `conflict` when the petition is void or handed in already, or on
 * the way there.
 */
export async function recordHandIn(
  needs: HandInNeeds & { queue: Pick<Queue, 'ask'> },
  petitionId: string,
  report: HandInReport,
  { by, patience = Infinity }: { by: string; patience?: number },
): Promise<{ handIn: HandIn; isNew: boolean }> {
  const waited = stopwatch();
  const { begun, ...recorded } = await record(needs, petitionId, report, by);
  if (!begun) return recorded;
  const petition = await finishHandIn(needs, begun, () => waited() < patience);
  if (petition.state === 'handing_in') await needs.queue.ask('finish-petition', { petitionId });
  return recorded;
}

interface Recorded {
  handIn: HandIn;
  isNew: boolean;
  /** The petition whose letters came to their end by it, as far as they have. */
  begun?: Petition;
}

function record(
  { database, clock, perBatch }: HandInNeeds,
  petitionId: string,
  report: HandInReport,
  by: string,
): Promise<Recorded> {
  const now = clock.now();
  return database.write(async (transaction): Promise<Recorded> => {
    const found = await holdPetition(transaction, petitionId, petitionStates);
    const same = await sameReport(transaction, petitionId, report);
    if (same) return { handIn: same, isNew: false };
    // What is wrong with the report itself is said first.
    const fields = timeProblem(report.at, found, now);
    if (fields.length > 0) throw new AppError('invalid', 'The hand-in has mistakes.', { fields });
    const petition = await holdPetition(transaction, petitionId);
    if (petition.filesAt === null)
      throw new AppError('conflict', 'The files of this petition are not made yet: it cannot have been handed in.');
    const row: HandIn = {
      ...report,
      id: newId(clock),
      petitionId,
      recordedAt: now,
      recordedBy: by,
      struckAt: null,
      struckBy: null,
      strikeReason: null,
    };
    await insertRows(transaction, handInTable, [row]);
    await noteEvent(transaction, clock, petitionEvent('petition.hand-in-recorded', petition, toldOf(row)));
    if (!isReceipt(row.outcome)) return { handIn: row, isNew: true };
    const begun = await endLetters(transaction, clock, { ...petition, done: 0 }, row, perBatch);
    return { handIn: row, isNew: true, begun };
  });
}

/** Of two clicks, or of a request that was sent again, the first counts. */
async function sameReport(
  transaction: Transaction,
  petitionId: string,
  report: HandInReport,
): Promise<HandIn | undefined> {
  const tries = await readHandIns(transaction, [petitionId]);
  const keys = ['at', 'outcome', 'place', 'carrier', 'reference', 'note'] as const;
  return tries.find((row) => row.struckAt === null && keys.every((key) => row[key] === report[key]));
}
