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
  return { codes: tokens.map((token) => token.replaceAll(/(.{4})(?=.)/g, '$1-')), hashes: tokens.map(hashOfToken) };
}

/** The hashes that are left after a recovery code was used, or undefined when it is none of them. */
export function useRecoveryCode(hashes: readonly string[], code: string): string[] | undefined {
  const plain = code.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');
  const hash = hashOfToken(plain);
  return plain.length === 16 && hashes.includes(hash) ? hashes.filter((each) => each !== hash) : undefined;
}

function totpOf(secret: string, label = 'console'): TOTP {
  return new TOTP({ issuer: 'todoke', label, secret: Secret.fromBase32(secret), digits: 6, period });
}
