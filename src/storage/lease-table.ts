/** Leases: who of several processes does what only one should do. Losing one costs work done twice, never a letter. */
import { EntitySchema } from 'typeorm';
import type { Clock, Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import { instant, primary, word } from './columns.ts';
import type { Database, Transaction } from './database.ts';
import { locked } from './locking.ts';
import { insertRows } from './write-rows.ts';

interface LeaseRow {
  name: string;
  /** The process that holds it. */
  holder: string;
  heldUntil: Instant;
}

export const leaseTable = new EntitySchema<LeaseRow>({
  name: 'lease',
  columns: { name: primary(word(80)), holder: word(16), heldUntil: instant },
});

export interface Lease {
  /** Takes the lease or keeps it; false while another process holds it. */
  take(): Promise<boolean>;
  /** Makes it last longer if nobody else took it meanwhile: what was lost stays lost. */
  keep(): Promise<void>;
  /** Whether nobody else took it meanwhile; nobody can until the transaction ends. */
  isHeld(transaction: Transaction): Promise<boolean>;
  /** Gives it back, so that nobody has to wait for its end. */
  giveBack(): Promise<void>;
}

/** The lease of one process on `name`, for `duration` milliseconds from each `take`. */
export function createLease(needs: { database: Database; clock: Clock }, name: string, duration: number): Lease {
  const { database, clock } = needs;
  const holder = newId(clock);
  return {
    take: () =>
      database.write(async (transaction) => {
        const now = clock.now();
        const row = await transaction.findOne(leaseTable, { where: { name }, ...locked(transaction) });
        if (row && row.holder !== holder && row.heldUntil > now) return false;
        const mine: LeaseRow = { name, holder, heldUntil: now + duration };
        if (row) await transaction.update(leaseTable, { name }, mine);
        else await insertRows(transaction, leaseTable, [mine]);
        return true;
      }),
    async keep() {
      const heldUntil = clock.now() + duration;
      await database.write(async (transaction) => {
        await transaction.update(leaseTable, { name, holder }, { heldUntil });
      });
    },
    async isHeld(transaction) {
      const row = await transaction.findOne(leaseTable, { where: { name }, ...locked(transaction) });
      return row?.holder === holder;
    },
    async giveBack() {
      await database.write(async (transaction) => void (await transaction.delete(leaseTable, { name, holder })));
    },
  };
}
