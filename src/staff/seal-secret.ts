/** Secrets of staff at rest, and marks that stand for a personal value: both under keys derived from the key ring. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';

/** HKDF (RFC 5869), so that no two uses share a key with each other or with the return paths. */
function derived(key: KeyObject, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `todoke ${use}`, 32));
}

/** AES-256-GCM. `owner` is bound to it: copied to another account's row it cannot be opened. */
export function sealSecret(keys: KeyRing, owner: string, secret: Buffer): string {
  const key = keys.keys.get(keys.current);
  if (!key) throw new AppError('internal', 'The key ring has no current key.');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derived(key, 'staff secret'), iv).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return `${keys.current}.${sealed.toString('base64url')}`;
}

/** The secret again. Throws `conflict` when its key has left the ring or somebody changed it. */
export function openSecret(keys: KeyRing, owner: string, sealed: string): Buffer {
  const key = keys.keys.get(sealed.slice(0, sealed.indexOf('.')));
  const bytes = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url');
  try {
    if (!key) throw new Error('its key is not in the ring');
    const open = createDecipheriv('aes-256-gcm', derived(key, 'staff secret'), bytes.subarray(0, 12));
    open.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([open.update(bytes.subarray(12, -16)), open.final()]);
  } catch (cause) {
    throw new AppError('conflict', 'The second factor cannot be read with the keys of SECRETS: an admin resets it.', {
      cause,
    });
  }
}

/**
 * A mark of 43 characters that is the same for the same value and tells nobody the value: for counting tries, and
 * for the audit log, where an address that was searched for must not stand.
 */
export function markOf(keys: KeyRing, use: string, value: string): string {
  const key = keys.keys.get(keys.current);
  if (!key) throw new AppError('internal', 'The key ring has no current key.');
  return createHmac('sha256', derived(key, `mark ${use}`))
    .update(value)
    .digest('base64url');
}
