/** Step: a sealed petition is declared void, and its names wait for the next one. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { moveLetters } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { courseOf } from './hand-in-course.ts';
import { readHandIns } from './hand-in-table.ts';
import { petitionEvent } from './petition-event.ts';
import { petitionTable, readSealed, type Petition } from './petition-table.ts';

/**
 * Voids a petition that was not handed in. Its row, places and files stay as evidence.
 * Throws `not-found`, or `conflict` when it was handed in or voided before, or is on its way: should it arrive, its
 * names would be handed over twice.
 */
export async function voidPetition(
  needs: { database: Database; clock: Clock },
  petitionId: string,
  reason: string,
): Promise<Petition> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const { petition, letterIds } = await readSealed(transaction, petitionId);
    if (courseOf(petition.state, await readHandIns(transaction, [petitionId])) === 'on-its-way')
      throw new AppError(
        'conflict',
        'This petition is on its way by post and may arrive: record first that it was refused or lost, or strike the hand-in.',
      );
    await moveLetters(
      transaction,
      letterIds.map((id) => ({
        id,
        from: 'petitioned',
        to: 'for_hand',
        reason: 'its petition was voided',
        cause: petitionId,
        patch: { petitionId: null },
      })),
      now,
    );
    const voided = { state: 'void', voidedAt: now, voidReason: reason } as const;
    await transaction.update(petitionTable, { id: petitionId }, voided);
    await noteEvent(transaction, needs.clock, petitionEvent('petition.voided', petition));
    return { ...petition, ...voided };
  });
}
