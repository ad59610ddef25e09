/** Step: one endpoint is told of one event, again and again until it says 2xx, or for three days. */
import { IsNull } from 'typeorm';
import { day, hour, minute, second, type Clock, type Instant } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import type { Endpoint } from './endpoints.ts';
import { postWebhook, type PostAnswer } from './post-webhook.ts';
import { signWebhook } from './sign-webhook.ts';
import { webhookDeliveryTable, type DeliveryEnd, type WebhookDelivery } from './webhook-delivery-table.ts';
import { webhookEventTable, type WebhookEvent } from './webhook-event-table.ts';

export interface SendWebhookNeeds {
  database: Database;
  clock: Clock;
  log: Log;
  endpoints: readonly Endpoint[];
  random: () => number;
  /** Metrics. */
  counted(result: DeliveryEnd | 'failed'): void;
}

/** Standard Webhooks' own schedule, up to the end of `giveUpAfter`. */
const waits = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour];
const giveUpAfter = 3 * day;
/** A try that has not ended by then died with its process. */
const lease = minute;

/** Milliseconds until the next try, ±20 % so that endpoints that were away together are not asked together. */
export function webhookWait(tries: number, retryAfter: number | undefined, random: () => number): Instant {
  const wait = waits[Math.min(tries, waits.length) - 1] ?? 5 * second;
  return Math.max(Math.round(wait * (0.8 + 0.4 * random())), (retryAfter ?? 0) * second);
}

/** What an endpoint is sent: the type, when it happened, and the data. */
export function webhookBody({ type, at, data }: Pick<WebhookEvent, 'type' | 'at' | 'data'>): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}

/** Tells the endpoint, if the row still waits. At least once: a try whose end was lost is made again, with the same id. */
export async function sendWebhook(needs: SendWebhookNeeds, key: { eventId: string; endpoint: string }): Promise<void> {
  const claimed = await claim(needs, key);
  if (!claimed) return;
  const { delivery, event } = claimed;
  const endpoint = needs.endpoints.find(({ id }) => id === key.endpoint);
  // Configured no more: nobody waits for it.
  if (!endpoint) return settle(needs, delivery, { endedAt: needs.clock.now(), result: 'gone' });
  const body = webhookBody(event);
  const signed = signWebhook({ id: event.id, at: needs.clock.now(), body }, endpoint.secrets);
  const answer = await postWebhook(endpoint.url, signed, body);
  const change = afterAnswer(needs, { delivery, event }, answer);
  if (change.result !== 'delivered') {
    const { status, failure } = answer;
    const facts = { endpoint: endpoint.origin, event: event.type, tries: delivery.tries, status, failure };
    if (change.result) needs.log.error(facts, 'a webhook was given up');
    else needs.log.warn(facts, 'a webhook could not be delivered and is tried again');
  }
  await settle(needs, delivery, change);
}

function afterAnswer(
  { clock, random }: SendWebhookNeeds,
  { delivery, event }: { delivery: WebhookDelivery; event: WebhookEvent },
  { status = null, retryAfter }: { status?: number | null | undefined; retryAfter: PostAnswer['retryAfter'] },
): Partial<WebhookDelivery> {
  const now = clock.now();
  const ended = (result: DeliveryEnd): Partial<WebhookDelivery> => ({ status, endedAt: now, result });
  if (status !== null && status >= 200 && status < 300) return ended('delivered');
  // Standard Webhooks: the endpoint wants no more of it.
  if (status === 410) return ended('gone');
  const dueAt = now + webhookWait(delivery.tries, retryAfter, random);
  return dueAt > event.at + giveUpAfter ? ended('given-up') : { status, dueAt };
}

async function settle(
  needs: SendWebhookNeeds,
  { eventId, endpoint, tries }: WebhookDelivery,
  change: Partial<WebhookDelivery>,
): Promise<void> {
  await needs.database.write(async (transaction) => {
    // Of two that tried at once, the later one goes on.
    await transaction.update(webhookDeliveryTable, { eventId, endpoint, tries, endedAt: IsNull() }, change);
  });
  needs.counted(change.result ?? 'failed');
}

async function claim(
  { database, clock }: SendWebhookNeeds,
  key: { eventId: string; endpoint: string },
): Promise<{ delivery: WebhookDelivery; event: WebhookEvent } | undefined> {
  const now = clock.now();
  return database.write(async (transaction) => {
    const delivery = await transaction.findOne(webhookDeliveryTable, { where: key, ...locked(transaction) });
    const event = await transaction.findOneBy(webhookEventTable, { id: key.eventId });
    if (!delivery || !event || delivery.endedAt !== null || delivery.dueAt > now) return undefined;
    const begun = { tries: delivery.tries + 1, dueAt: now + lease };
    await transaction.update(webhookDeliveryTable, key, begun);
    return { delivery: { ...delivery, ...begun }, event };
  });
}
