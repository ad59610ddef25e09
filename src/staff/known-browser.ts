/** Browsers somebody signed in from before: their tries are counted apart, so that strangers cannot lock her out. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from '../key-ring.ts';
import { markOf } from './seal-secret.ts';

/** What the browser keeps: random, and bound to the login that signed in there. */
export function knownBrowser(keys: KeyRing, login: string): string {
  const nonce = randomBytes(16).toString('base64url');
  return `${nonce}.${markOf(keys, 'browser', `${nonce} ${login}`)}`;
}

/** The random part, when the mark was made by us for this login. */
export function readKnownBrowser(keys: KeyRing, login: string, cookie: string | undefined): string | undefined {
  const [, nonce, mark] = /^([\w-]{22})\.([\w-]{43})$/.exec(cookie ?? '') ?? [];
  if (nonce === undefined || mark === undefined) return undefined;
  const right = markOf(keys, 'browser', `${nonce} ${login}`);
  return timingSafeEqual(Buffer.from(right), Buffer.from(mark)) ? nonce : undefined;
}
