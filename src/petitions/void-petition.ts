/** Step: a sealed petition is declared void, and its names wait for the next one. */
import type { Clock } from '../clock.ts';
import { moveLetters } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';
import { petitionTable, readSealed, type Petition } from './petition-table.ts';

/**
 * Voids a petition that was not handed in. Its row, places and files stay as evidence.
 * Throws `not-found`, or `conflict` when it was handed in or voided before.
 */
export async function voidPetition(
  needs: { database: Database; clock: Clock },
  petitionId: string,
  reason: string,
): Promise<Petition> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const { petition, letterIds } = await readSealed(transaction, petitionId);
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
    return { ...petition, ...voided };
  });
}
