/** Step: what went on about a petition between the tries is recorded. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { followUpTable, type FollowUp } from './follow-up-table.ts';
import { timeProblem } from './hand-in-course.ts';
import { petitionTable } from './petition-table.ts';

/** Records that the office was asked again, or answered. Throws `not-found`, or `invalid` for a time that cannot be. */
export async function recordFollowUp(
  needs: { database: Database; clock: Clock },
  petitionId: string,
  report: Pick<FollowUp, 'at' | 'what' | 'reference' | 'note'>,
  by: string,
): Promise<FollowUp> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const petition = await transaction.findOne(petitionTable, {
      select: { id: true, sealedAt: true },
      where: { id: petitionId },
      ...locked(transaction),
    });
    if (!petition) throw new AppError('not-found', 'There is no such petition.');
    const fields = timeProblem(report.at, petition, now);
    if (fields.length > 0) throw new AppError('invalid', 'The follow-up has mistakes.', { fields });
    const row: FollowUp = { ...report, id: newId(needs.clock), petitionId, recordedAt: now, recordedBy: by };
    await insertRows(transaction, followUpTable, [row]);
    return row;
  });
}
