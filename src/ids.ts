/** Ids: 16 characters of base32hex that sort by time, so that new rows land at the end of an index. */
import { randomFillSync } from 'node:crypto';
import type { Clock } from './clock.ts';

const alphabet = '0123456789abcdefghijklmnopqrstuv';

/**
 * Bytes as lower-case base32hex without padding (RFC 4648 §7): keeps the sort order of the bytes and
 * survives mailers that fold case.
 */
export function base32hex(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text;
}

/** What an id looks like; also the shape of ids in URLs and return paths. */
export const idPattern = /^[0-9a-v]{16}$/;

/** Random bits fetched ahead: asking the system for four bytes at a time costs more than the rest of an id. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

function random32(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 4;
  return pool.readUInt32BE(used - 4);
}

/** The newest id as a number: 48 bits of time, 32 bits beyond it. */
let latest = 0n;

/**
 * Makes a new id: 48 bits of milliseconds and 32 random bits, 80 bits in all. Ids of one process rise while its
 * clock does not step back, also within a millisecond: people stand on a petition in the order they signed.
 */
export function newId(clock: Clock): string {
  const random = random32();
  const now = BigInt(clock.now());
  // Half of the random range is left for what follows in the same millisecond.
  latest = now === latest >> 32n ? latest + 1n + BigInt(random >>> 12) : (now << 32n) | BigInt(random >>> 1);
  const bytes = Buffer.alloc(10);
  bytes.writeUIntBE(Number(latest >> 32n), 0, 6);
  bytes.writeUInt32BE(Number(latest & 0xffff_ffffn), 6);
  return base32hex(bytes);
}

/** The lowest id of a millisecond: rows made since then have it or a higher one. */
export function firstIdAt(at: number): string {
  const bytes = Buffer.alloc(10);
  bytes.writeUIntBE(Math.max(0, Math.floor(at)), 0, 6);
  return base32hex(bytes);
}

/** The instant at which an id was made, in milliseconds. */
export function madeAt(id: string): number {
  // Ten digits of base 32 are 50 bits, of which the first 48 are the time.
  return Math.floor(Number.parseInt(id.slice(0, 10), 32) / 4);
}
