/** Which endpoint was told of which event: one row for each pair. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, optional, primary, word } from '../storage/columns.ts';

export type DeliveryEnd = 'delivered' | 'given-up' | 'gone';

export interface WebhookDelivery {
  eventId: string;
  /** Id of the endpoint (`endpoints.ts`). */
  endpoint: string;
  /** When it may be tried, or when a try that is under way must have ended. */
  dueAt: Instant;
  tries: number;
  /** Last HTTP status; null when there was no answer. */
  status: number | null;
  endedAt: Instant | null;
  /** `gone`: the endpoint said that it wants no more of it, or is configured no more. */
  result: DeliveryEnd | null;
}

export const webhookDeliveryTable = new EntitySchema<WebhookDelivery>({
  name: 'webhook_delivery',
  columns: {
    eventId: primary(id),
    endpoint: primary(id),
    dueAt: instant,
    tries: count,
    status: optional(count),
    endedAt: optional(instant),
    result: optional(word(12)),
  },
});
