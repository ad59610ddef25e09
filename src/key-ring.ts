/** Our secret keys by name: the current one signs, the older ones still verify until they are taken out. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { AppError } from './errors.ts';

export interface KeyRing {
  /** Id of the key that signs from now on. */
  current: string;
  /** Every key we still accept, by id (one base32hex character). Made once: an HMAC with raw bytes costs seven times as much. */
  keys: ReadonlyMap<string, KeyObject>;
}

/** RFC 2104 §3 asks for a key at least as long as the hash it is used with: SHA-256. */
const leastBytes = 32;

const base64Pattern = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Reads `1:BASE64,2:BASE64`; the first key is the current one. To change keys, put the new one in front and
 * take the old one out when nothing signed with it is valid any more.
 *
 * Throws `AppError('invalid')` that names an entry by its place, because a wrongly written id may be a key.
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, KeyObject>();
  for (const [index, entry] of text.split(',').entries()) {
    const place = `Entry ${index + 1} of the key ring`;
    const colon = entry.indexOf(':');
    if (colon < 0) throw wrong(`${place} has no id: write 1:BASE64, and a comma between two keys.`);
    const id = entry.slice(0, colon).trim();
    const encoded = entry.slice(colon + 1).trim();
    if (!/^[0-9a-v]$/.test(id)) throw wrong(`${place} has a wrong id: use one character of 0-9 or a-v.`);
    if (keys.has(id)) throw wrong(`${place} has the id of an earlier entry: give each key its own.`);
    if (!base64Pattern.test(encoded)) throw wrong(`${place} is not base64: make a key with "openssl rand -base64 32".`);
    const key = Buffer.from(encoded, 'base64');
    if (key.length < leastBytes) {
      throw wrong(
        `${place} has ${key.length} bytes: a key needs ${leastBytes} or more, "openssl rand -base64 32" makes one.`,
      );
    }
    keys.set(id, createSecretKey(key));
  }
  const [current] = keys.keys();
  if (current === undefined) throw wrong('The key ring is empty: write at least one key as 1:BASE64.');
  return { current, keys };
}

function wrong(message: string): AppError {
  return new AppError('invalid', message);
}
