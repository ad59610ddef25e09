/** The outbox of webhooks: facts to tell, written in the transaction that made them so. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, json, optional, primary, word } from '../storage/columns.ts';

export type WebhookEventType =
  | 'petition.sealed'
  | 'petition.files-ready'
  | 'petition.hand-in-recorded'
  | 'petition.hand-in-struck'
  | 'petition.handed-in'
  | 'petition.voided'
  | 'petition.overdue'
  | 'channel.switched';

/** Ids, counts and words of closed lists; nothing about a person. */
export type WebhookData = Readonly<Record<string, string | number>>;

export interface NewEvent {
  type: WebhookEventType;
  /** Names the fact, at most 120 characters: one that is noted twice is told once. */
  fact: string;
  data: WebhookData;
}

export interface WebhookEvent extends NewEvent {
  /** `webhook-id` of every try. */
  id: string;
  at: Instant;
  /** When it was given to every endpoint; null while it waits for that. */
  spreadAt: Instant | null;
}

export const webhookEventTable = new EntitySchema<WebhookEvent>({
  name: 'webhook_event',
  columns: {
    id: primary(id),
    type: word(40),
    fact: word(120),
    at: instant,
    data: json,
    spreadAt: optional(instant),
  },
});
