/** Random tokens that are handed out once and kept as hashes: sessions, invitations, recovery codes. */
import { createHash, randomBytes } from 'node:crypto';
import { base32hex } from '../ids.ts';

/** 160 random bits as 32 characters. */
export function newToken(): string {
  return base32hex(randomBytes(20));
}

export const tokenPattern = /^[0-9a-v]{32}$/;

/** What is stored of a token: with that much randomness a slow hash would add nothing. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
