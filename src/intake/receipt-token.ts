/** The token in a receipt link: names one event and cannot be guessed. Nothing of it is stored. */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { base32hex, idPattern } from '../ids.ts';
import type { KeyRing } from '../key-ring.ts';

/** Makes the token of an event id: the id and 80 bits of HMAC-SHA256. */
export function receiptToken(keys: KeyRing, eventId: string): string {
  const key = keys.keys.get(keys.current);
  if (!key) throw new Error('the key ring has no current key');
  return eventId + proof(key, eventId);
}

/** Gives the event id of a token made with any key of the ring, or undefined. Takes the same time either way. */
export function readReceiptToken(keys: KeyRing, token: string): string | undefined {
  const eventId = token.slice(0, 16);
  const shown = Buffer.from(token.slice(16));
  if (!idPattern.test(eventId) || shown.length !== 16) return undefined;
  const valid = [...keys.keys.values()].filter((key) => timingSafeEqual(Buffer.from(proof(key, eventId)), shown));
  return valid.length > 0 ? eventId : undefined;
}

function proof(key: KeyObject, eventId: string): string {
  return base32hex(createHmac('sha256', key).update(`receipt\0${eventId}`).digest().subarray(0, 10));
}
