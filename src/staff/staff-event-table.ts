/** The audit log: every action of staff, one row written before or with it. Rows are only ever added. */
import { EntitySchema } from 'typeorm';
import type { Clock, Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import { id, instant, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';

export interface StaffEvent {
  id: string;
  at: Instant;
  /** Id of an account, `key:` and the id of a source's key, or `cli`. */
  actor: string;
  /** A verb with its subject, such as `staff.invite`. */
  what: string;
  /** Id of what it was done to, never a name or an address; empty where there is none. */
  subject: string;
  /** `failed` follows an action that was written down and then could not be done. */
  result: 'asked' | 'done' | 'failed';
  reason: string;
}

export const staffEventTable = new EntitySchema<StaffEvent>({
  name: 'staff_event',
  columns: {
    id: primary(id),
    at: instant,
    actor: word(40),
    what: word(40),
    subject: word(90),
    result: word(10),
    reason: word(400),
  },
});

/** What is to be written down; `result` is `done` unless it says otherwise. With an `id`, other rows can name this one. */
export type StaffAction = Pick<StaffEvent, 'actor' | 'what'> &
  Partial<Pick<StaffEvent, 'id' | 'subject' | 'result' | 'reason'>>;

/** Writes an action down in the transaction that does it. */
export async function recordAction(
  { clock }: { clock: Clock },
  transaction: Transaction,
  { id: rowId = newId(clock), actor, what, subject = '', result = 'done', reason = '' }: StaffAction,
): Promise<void> {
  const row: StaffEvent = {
    id: rowId,
    at: clock.now(),
    actor,
    what,
    subject: subject.slice(0, 90),
    result,
    reason: reason.slice(0, 400),
  };
  await insertRows(transaction, staffEventTable, [row]);
}
