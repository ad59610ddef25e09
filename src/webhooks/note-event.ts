/** Step: a fact is written into the outbox of webhooks, in the transaction that makes it one. */
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { webhookEventTable, type NewEvent } from './webhook-event-table.ts';

/** Notes the fact; does nothing when it was noted before. */
export async function noteEvent(transaction: Transaction, clock: Clock, event: NewEvent): Promise<void> {
  if (await transaction.existsBy(webhookEventTable, { fact: event.fact })) return;
  await insertRows(transaction, webhookEventTable, [{ ...event, id: newId(clock), at: clock.now(), spreadAt: null }]);
}
