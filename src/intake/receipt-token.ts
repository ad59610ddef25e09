/** The tokens in links we give to signers: each names one event and cannot be guessed. Nothing of it is stored. */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { base32hex, idPattern } from '../ids.ts';
import type { KeyRing } from '../key-ring.ts';

/** What a token opens: the receipt page, the confirmation of the address, the end of the news. No one opens another. */
export type TokenUse = 'receipt' | 'confirm' | 'news';

/** The token of a receipt. */
export function receiptToken(keys: KeyRing, eventId: string): string {
  return linkToken(keys, 'receipt', eventId);
}

/** Gives the event id of a receipt's token, or undefined. */
export function readReceiptToken(keys: KeyRing, token: string): string | undefined {
  return readLinkToken(keys, 'receipt', token);
}

/** Makes the token of an event id: the id and 80 bits of HMAC-SHA256. */
export function linkToken(keys: KeyRing, use: TokenUse, eventId: string): string {
  const key = keys.keys.get(keys.current);
  if (!key) throw new Error('the key ring has no current key');
  return eventId + proof(key, use, eventId);
}

/** Gives the event id of a token made with any key of the ring, or undefined. Takes the same time either way. */
export function readLinkToken(keys: KeyRing, use: TokenUse, token: string): string | undefined {
  const eventId = token.slice(0, 16);
  const shown = Buffer.from(token.slice(16));
  if (!idPattern.test(eventId) || shown.length !== 16) return undefined;
  const valid = [...keys.keys.values()].filter((key) => timingSafeEqual(Buffer.from(proof(key, use, eventId)), shown));
  return valid.length > 0 ? eventId : undefined;
}

function proof(key: KeyObject, use: TokenUse, eventId: string): string {
  return base32hex(createHmac('sha256', key).update(`${use}\0${eventId}`).digest().subarray(0, 10));
}
