/** Step: a try at handing a petition over is recorded, and ends the journey of its letters when the office received it. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { moveLetters } from '../letters/letter-table.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { isReceipt, timeProblem } from './hand-in-course.ts';
import { handInTable, readHandIns, type HandIn } from './hand-in-table.ts';
import { petitionEvent } from './petition-event.ts';
import { holdPetition, petitionStates, petitionTable, readSealed } from './petition-table.ts';

export type HandInReport = Pick<HandIn, 'at' | 'outcome' | 'place' | 'carrier' | 'reference' | 'note'>;

/**
 * Records one try. Only the office's receipt hands the petition in; whatever was posted, refused or lost stays sealed,
 * for another try or another way. The same report a second time gives the first row. Throws `not-found`, `invalid` for
 * a time that cannot be, or `conflict` when the petition is void or handed in already.
 */
export async function recordHandIn(
  needs: { database: Database; clock: Clock },
  petitionId: string,
  report: HandInReport,
  by: string,
): Promise<{ handIn: HandIn; isNew: boolean }> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
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
      id: newId(needs.clock),
      petitionId,
      recordedAt: now,
      recordedBy: by,
      struckAt: null,
      struckBy: null,
      strikeReason: null,
    };
    await insertRows(transaction, handInTable, [row]);
    const told = { hand_in: row.id, outcome: row.outcome, handed_in_at: new Date(row.at).toISOString() };
    await noteEvent(transaction, needs.clock, petitionEvent('petition.hand-in-recorded', petition, told));
    if (!isReceipt(row.outcome)) return { handIn: row, isNew: true };
    const { letterIds } = await readSealed(transaction, petitionId);
    await moveLetters(
      transaction,
      letterIds.map((id) => ({
        id,
        from: 'petitioned',
        to: 'handed_in',
        reason: `handed in: ${report.outcome}`,
        cause: row.id,
      })),
      now,
    );
    await transaction.update(petitionTable, { id: petitionId }, { state: 'handed_in' });
    await noteEvent(transaction, needs.clock, petitionEvent('petition.handed-in', petition, told));
    return { handIn: row, isNew: true };
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
