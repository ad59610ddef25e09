/** Passwords of staff: what is accepted, and how they are kept (scrypt, RFC 7914). */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import { weakPasswords } from './weak-passwords.ts';

export const shortestPassword = 12;
/** Longer ones would only cost work before anybody is known. */
export const longestPassword = 200;

/** One of the equal choices of OWASP's password storage sheet: 32 MB and about a quarter of a second. */
const now = { log2N: 15, r: 8, p: 3 };
const pattern = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

/** Hashes at the same time: each holds 32 MB and a thread that files and the DNS need too. */
const sideBySide = 2;
const mostWaiting = 20;
let running = 0;
const waiting: (() => void)[] = [];

/** What is wrong with a new password, or undefined. `login` and `name` may not stand in it. */
export function passwordFault(
  password: string,
  { login, name }: { login: string; name: string },
): 'short' | 'long' | 'weak' | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  if (password.length > longestPassword) return 'long';
  if (Array.from(password).length < shortestPassword) return 'short';
  const own = [login, login.split('@')[0] ?? '', name].map((part) => part.toLowerCase().replaceAll(/\s/g, ''));
  const bare = plain.replaceAll(/\s/g, '');
  if (own.some((part) => part.length > 3 && bare.replaceAll(part, '').length < 6)) return 'weak';
  if (new Set(plain).size < 5) return 'weak';
  if (weakPasswords.some((word) => bare.replaceAll(word, '').replaceAll(/[^\p{L}]/gu, '').length < 3)) return 'weak';
  return undefined;
}

/** The password as it is stored, with its parameters: `scrypt$15$8$3$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, now);
  return `scrypt$${now.log2N}$${now.r}$${now.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

export interface PasswordCheck {
  right: boolean;
  /** True when it was hashed with less work than is asked today: store it anew. */
  outdated: boolean;
}

/** Compares; without a stored hash it takes as long and says no, so that nobody learns which logins exist. */
export async function checkPassword(password: string, stored: string | null): Promise<PasswordCheck> {
  const [, log2N, r, p, salt, hash] = pattern.exec(stored ?? '') ?? [];
  const cost = log2N === undefined ? now : { log2N: Number(log2N), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt ?? 'AAAAAAAAAAAAAAAAAAAAAA', 'base64url'), cost);
  if (hash === undefined) return { right: false, outdated: false };
  const right = timingSafeEqual(found, Buffer.from(hash, 'base64url'));
  return { right, outdated: right && (cost.log2N < now.log2N || cost.r < now.r || cost.p < now.p) };
}

/** Throws `unavailable` when too many wait already. */
async function derive(password: string, salt: Buffer, { log2N, r, p }: typeof now): Promise<Buffer> {
  if (running >= sideBySide) {
    if (waiting.length >= mostWaiting)
      throw new AppError('unavailable', 'Too many people sign in at this moment.', { retryAfter: 5 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running++;
  }
  try {
    return await new Promise((resolve, reject) => {
      const text = password.slice(0, longestPassword).normalize('NFKC');
      const cost = { N: 2 ** log2N, r, p, maxmem: 256 * 1024 * 1024 };
      scrypt(text, salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    // The place goes to who waits longest; nobody can slip in between.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
