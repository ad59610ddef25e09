/** On a timer: new events are given to every endpoint, what is due is asked for, and what is old is forgotten. */
import { In, IsNull, LessThan } from 'typeorm';
import { day, type Clock } from '../clock.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import type { Endpoint } from './endpoints.ts';
import { webhookDeliveryTable } from './webhook-delivery-table.ts';
import { webhookEventTable } from './webhook-event-table.ts';

/** Events and deliveries of one round. */
const most = 100;
/** Long enough to look back at what was told when. */
const keepFor = 90 * day;

export interface SweepWebhookNeeds {
  database: Database;
  clock: Clock;
  queue: Pick<Queue, 'ask'>;
  endpoints: readonly Endpoint[];
}

export async function sweepWebhooks(needs: SweepWebhookNeeds): Promise<void> {
  const now = needs.clock.now();
  await spread(needs, now);
  const due = await needs.database.read.find(webhookDeliveryTable, {
    select: { eventId: true, endpoint: true },
    where: { endedAt: IsNull(), dueAt: LessThan(now + 1) },
    order: { dueAt: 'ASC' },
    take: most,
  });
  for (const { eventId, endpoint } of due) await needs.queue.ask('send-webhook', { eventId, endpoint });
  await forget(needs, now);
}

/** An endpoint that is configured later is not told of what was spread before. */
async function spread({ database, endpoints }: SweepWebhookNeeds, now: number): Promise<void> {
  const where = { spreadAt: IsNull() };
  if (!(await database.read.existsBy(webhookEventTable, where))) return;
  await database.write(async (transaction) => {
    const order = { at: 'ASC' } as const;
    const events = await transaction.find(webhookEventTable, { where, order, take: most, ...locked(transaction) });
    const nothing = { tries: 0, status: null, endedAt: null, result: null };
    const rows = events.flatMap(({ id }) =>
      endpoints.map((endpoint) => ({ ...nothing, eventId: id, endpoint: endpoint.id, dueAt: now })),
    );
    await insertRows(transaction, webhookDeliveryTable, rows);
    await transaction.update(webhookEventTable, { id: In(events.map(({ id }) => id)) }, { spreadAt: now });
  });
}

async function forget({ database }: SweepWebhookNeeds, now: number): Promise<void> {
  const where = { at: LessThan(now - keepFor) };
  const old = await database.read.find(webhookEventTable, { select: { id: true }, where, take: most });
  if (old.length === 0) return;
  await database.write(async (transaction) => {
    const ids = old.map(({ id }) => id);
    await transaction.delete(webhookDeliveryTable, { eventId: In(ids) });
    await transaction.delete(webhookEventTable, { id: In(ids) });
  });
}
