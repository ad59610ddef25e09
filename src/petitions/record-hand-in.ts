/** Step: a try at handing a petition over is recorded, and ends the journey of its letters when it succeeded. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { moveLetters } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { handInTable, petitionTable, readSealed, type HandIn } from './petition-table.ts';

export type HandInReport = Pick<HandIn, 'at' | 'outcome' | 'place' | 'carrier' | 'reference' | 'note'>;

/**
 * Records one try. A refusal leaves the petition sealed, for another try or another way; every other
 * outcome hands it in. Throws `not-found`, or `conflict` when the petition is void or handed in already.
 */
export async function recordHandIn(
  needs: { database: Database; clock: Clock },
  petitionId: string,
  report: HandInReport,
  by: string,
): Promise<HandIn> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const { petition, letterIds } = await readSealed(transaction, petitionId);
    if (petition.filesAt === null)
      throw new AppError('conflict', 'The files of this petition are not made yet: it cannot have been handed in.');
    const row: HandIn = { ...report, id: newId(needs.clock), petitionId, recordedAt: now, recordedBy: by };
    await insertRows(transaction, handInTable, [row]);
    if (report.outcome === 'refused') return row;
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
    return row;
  });
}
