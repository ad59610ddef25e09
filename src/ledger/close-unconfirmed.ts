/** Step on a timer: signatures whose address was not confirmed in time come to their end. */
import { LessThanOrEqual } from 'typeorm';
import type { Clock } from '../clock.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';
import { blankUnconfirmed } from './blank-unconfirmed.ts';

/** Letters looked at in one transaction. */
const bulk = 500;

/** Closes all whose time to confirm is over. */
export async function closeUnconfirmed({ database, clock }: { database: Database; clock: Clock }): Promise<void> {
  let found = bulk;
  while (found === bulk) {
    const now = clock.now();
    found = await database.write(async (transaction) => {
      const overdue = await transaction.find(letterTable, {
        select: { id: true, signatureId: true },
        where: { state: 'held', dueAt: LessThanOrEqual(now) },
        take: bulk,
      });
      const signatures = [...new Set(overdue.map(({ signatureId }) => signatureId))];
      if (signatures.length > 0) await blankUnconfirmed(transaction, signatures, 'not confirmed in time', now);
      return overdue.length;
    });
  }
}
