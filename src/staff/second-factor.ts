/** The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes for the day it is lost. */
import { Secret, TOTP } from 'otpauth';
import type { Instant } from '../clock.ts';
import type { KeyRing } from '../key-ring.ts';
import { hashOfToken, newToken } from './one-time-token.ts';
import { openSecret, sealSecret } from './seal-secret.ts';
import type { Staff } from './staff-table.ts';

const period = 30;
/** Steps before and after ours that count: clocks of telephones are not exact (RFC 6238 §5.2). */
const window = 1;
const recoveryCodesAtOnce = 10;
/** The digits of tokens, and those they are written with on paper: no o, i, l or u to be misread (Crockford's base 32). */
const digits = '0123456789abcdefghijklmnopqrstuv';
const onPaper = '0123456789abcdefghjkmnpqrstvwxyz';

/** What an authenticator app is told, as a link and as a secret to type in. */
export interface Enrolment {
  secret: string;
  uri: string;
}

/** A new secret of 160 bits (RFC 4226 §4 R6), in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

export function enrolment(secret: string, { login }: Pick<Staff, 'login'>): Enrolment {
  return { secret, uri: totpOf(secret, login).toString() };
}

/** The time step a code belongs to, or undefined when it is wrong or was used up to `usedUntil`. */
export function stepOfCode(
  secret: string,
  code: string,
  { now, usedUntil }: { now: Instant; usedUntil: number },
): number | undefined {
  const token = code.normalize('NFKC').replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const delta = totpOf(secret).validate({ token, timestamp: now, window });
  if (delta === null) return undefined;
  const step = Math.floor(now / 1000 / period) + delta;
  return step > usedUntil ? step : undefined;
}

export function sealTotp(keys: KeyRing, staffId: string, secret: string): string {
  return sealSecret(keys, staffId, Buffer.from(secret));
}

export function openTotp(keys: KeyRing, staff: Pick<Staff, 'id' | 'totpSecret'>): string | undefined {
  return staff.totpSecret === null ? undefined : openSecret(keys, staff.id, staff.totpSecret).toString();
}

/** Codes to write down, and the hashes to keep. */
export function newRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const tokens = Array.from({ length: recoveryCodesAtOnce }, () => newToken().slice(0, 16));
  const codes = tokens.map((token) => translate(token, digits, onPaper).replaceAll(/(.{4})(?=.)/g, '$1-'));
  return { codes, hashes: tokens.map(hashOfToken) };
}

/** The hashes that are left after a recovery code was used, or undefined when it is none of them. */
export function useRecoveryCode(hashes: readonly string[], code: string): string[] | undefined {
  const plain = code.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');
  if (plain.length !== 16) return undefined;
  const typed = plain.replaceAll('o', '0').replaceAll(/[il]/g, '1');
  // The second is how codes were written at first.
  const hash = [translate(typed, onPaper, digits), plain].map(hashOfToken).find((each) => hashes.includes(each));
  return hash === undefined ? undefined : hashes.filter((each) => each !== hash);
}

function translate(text: string, from: string, to: string): string {
  return Array.from(text, (character) => to[from.indexOf(character)] ?? character).join('');
}

function totpOf(secret: string, label = 'console'): TOTP {
  return new TOTP({ issuer: 'todoke', label, secret: Secret.fromBase32(secret), digits: 6, period });
}
