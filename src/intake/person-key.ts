/** Keyed hashes of an address: what makes two signers one, and what limits the mails to one mailbox. */
import { createHmac } from 'node:crypto';
import type { KeyRing } from '../key-ring.ts';
import { canonicalAddress, type EmailAddress } from './email-address.ts';

/**
 * Same person, same campaign: same key, one per key of the ring, the current one first. Keyed, so that a stolen
 * database does not confirm guessed addresses.
 */
export function personKeys(ring: KeyRing, campaign: string, email: EmailAddress): string[] {
  return hashes(ring, `person\0${campaign}\0${canonicalAddress(email)}`);
}

/** Stands in the place of the key while the signer has not confirmed the address: it counts for nobody yet. */
export function unconfirmedKey(signatureId: string): string {
  return `held:${signatureId}`;
}

/** Same mailbox, whatever the campaign: same key, one per key of the ring, the current one first. */
export function addressKeys(ring: KeyRing, email: EmailAddress): string[] {
  return hashes(ring, `mailbox\0${canonicalAddress(email)}`);
}

function hashes(ring: KeyRing, text: string): string[] {
  const current = ring.keys.get(ring.current);
  const others = [...ring.keys.values()].filter((key) => key !== current);
  return [...(current ? [current] : []), ...others].map((key) =>
    createHmac('sha256', key).update(text).digest('base64url'),
  );
}
