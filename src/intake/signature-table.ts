/** Signatures, the events that brought them, and the queries of the road. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { flag, id, instant, json, longText, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { readRowsBy } from '../storage/read-rows.ts';
import type { ConsentEvidence } from './signature.ts';

/** Everything we know about a signer; the only table that does. */
export interface SignatureRow {
  id: string;
  campaign: string;
  campaignVersion: string;
  source: string;
  /** Keyed hash of the canonical address: one signature per person and campaign. */
  personKey: string;
  /** Null once erased; so are the other personal columns. */
  name: string | null;
  email: string | null;
  phone: string | null;
  message: string | null;
  language: string;
  consents: readonly ConsentEvidence[];
  signedAt: Instant;
  acceptedAt: Instant;
  erasedAt: Instant | null;
}

/** One push of a front end. The first event of a person makes the signature; a repeat only points to it. */
export interface EventRow {
  /** What the sender is answered: the id of the signature, or an own one for a repeat. */
  id: string;
  /** Hash of source and event id: event ids may hold personal data. */
  eventKey: string;
  /** Hash of the contents: an event id used for something else is refused. */
  contents: string;
  signatureId: string;
  repeat: boolean;
  receivedAt: Instant;
  /** What the holder of a repeat's receipt asked for. It moves no letter, but the page must not tell that. */
  withdrawnAt: Instant | null;
  erasedAt: Instant | null;
}

export const signatureTable = new EntitySchema<SignatureRow>({
  name: 'signature',
  columns: {
    id: primary(id),
    campaign: word(80),
    campaignVersion: word(16),
    source: word(80),
    personKey: word(43),
    name: optional(word(800)),
    email: optional(word(254)),
    phone: optional(word(16)),
    message: optional(longText),
    language: word(20),
    consents: json,
    signedAt: instant,
    acceptedAt: instant,
    erasedAt: optional(instant),
  },
});

export const eventTable = new EntitySchema<EventRow>({
  name: 'intake_event',
  columns: {
    id: primary(id),
    eventKey: word(43),
    contents: word(43),
    signatureId: id,
    repeat: { ...flag, name: 'is_repeat' },
    receivedAt: instant,
    withdrawnAt: optional(instant),
    erasedAt: optional(instant),
  },
});

/** Stands for the contents of an event whose signer was erased: sent again, it is the same event still. */
export const erasedContents = 'erased';

/** Events already known among these keys. */
export async function eventsByKey(transaction: Transaction, keys: readonly string[]): Promise<Map<string, EventRow>> {
  const rows = await readRowsBy(transaction, eventTable, 'eventKey', keys);
  return new Map(rows.map((row) => [row.eventKey, row]));
}

/** Signature ids of people who already signed, by person key. */
export async function signersByKey(transaction: Transaction, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await readRowsBy(transaction, signatureTable, 'personKey', keys);
  return new Map(rows.map((row) => [row.personKey, row.id]));
}
