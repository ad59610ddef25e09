/** Returned mail and relays' events as they came, stored before anybody reads them. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { bytes, flag, id, instant, optional, primary, word } from '../storage/columns.ts';

/** The relays whose events we can verify and read. */
export const relayNames = ['ses', 'sendgrid', 'mailgun', 'postmark', 'brevo'] as const;
export type RelayName = (typeof relayNames)[number];

export interface ReturnedMail {
  id: string;
  letterId: string;
  /** Hash of letter and contents: the same report twice is one report. */
  hash: string;
  receivedAt: Instant;
  /** Reports have a null sender (RFC 5321 §4.5.5); anything else is an answer. */
  nullSender: boolean;
  /** A mail, or the event of a relay: it tells who can read `raw`. */
  source: 'mail' | RelayName;
  raw: Buffer;
  readAt: Instant | null;
  /** What it was read as. */
  kind: string | null;
  /** What it did, in our words. */
  effect: string | null;
}

export const returnedMailTable = new EntitySchema<ReturnedMail>({
  name: 'returned_mail',
  columns: {
    id: primary(id),
    letterId: id,
    hash: word(43),
    receivedAt: instant,
    nullSender: flag,
    raw: bytes,
    readAt: optional(instant),
    kind: optional(word(20)),
    effect: optional(word(120)),
    source: { ...word(10), default: 'mail' },
  },
});
