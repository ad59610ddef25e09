/** Step: a try that was recorded by mistake is struck, with a reason; its row stays. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Database } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { endedLetters } from './hand-in-course.ts';
import { handInTable, readHandIns, type HandIn } from './hand-in-table.ts';
import { petitionEvent } from './petition-event.ts';
import { holdPetition, petitionStates } from './petition-table.ts';

/**
 * Strikes one try. Throws `not-found`, or `conflict` when it is struck already, or when it handed the petition in: its
 * letters have come to their end then, and their signers were told.
 */
export async function strikeHandIn(
  needs: { database: Database; clock: Clock },
  { petitionId, handInId }: { petitionId: string; handInId: string },
  { reason, by }: { reason: string; by: string },
): Promise<HandIn> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const petition = await holdPetition(transaction, petitionId, petitionStates);
    const tries = await readHandIns(transaction, [petitionId]);
    const row = tries.find((each) => each.id === handInId);
    if (!row) throw new AppError('not-found', 'This petition has no such hand-in.');
    if (row.struckAt !== null) throw new AppError('conflict', 'This hand-in is struck already.');
    if (endedLetters(petition.state, row, tries))
      throw new AppError(
        'conflict',
        'This hand-in ended the way of its letters, and their signers were told: it cannot be struck. Record what is wrong with it as a follow-up.',
      );
    const struck = { struckAt: now, struckBy: by, strikeReason: reason };
    await transaction.update(handInTable, { id: handInId }, struck);
    const told = { hand_in: handInId, outcome: row.outcome };
    await noteEvent(transaction, needs.clock, petitionEvent('petition.hand-in-struck', petition, told));
    return { ...row, ...struck };
  });
}
