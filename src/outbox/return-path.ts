/** Return paths: addresses of ours that lead what comes back to the letter, or notice, it speaks of, and that nobody else can make. */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { day, type Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { base32hex, idPattern } from '../ids.ts';
import type { KeyRing } from '../key-ring.ts';
import { asciiDomain } from './domain-name.ts';

/** What an envelope recipient turned out to be. `forged` is everything that we did not make. */
type ReturnPathReading =
  { kind: 'valid'; letterId: string } | { kind: 'forged' } | { kind: 'expired'; letterId: string };

export interface ReturnPaths {
  /** The MAIL FROM address for a letter that leaves at that instant. */
  make(letterId: string, at: Instant): string;
  /**
   * Reads an envelope recipient (the RCPT address, not the `To:` header, which a forwarder may have rewritten).
   * An expired path is authentic: keep its report, but let it move nothing.
   */
  read(address: string, now: Instant): ReturnPathReading;
}

const macBytes = 10;

/** The local part has 43 octets, of 64 allowed (RFC 5321 §4.5.3.1.1); with its domain an address may have 254. */
const longestDomain = 254 - 43 - 1;

/** Queues give up after 5 days and delay reports come late; after this a report has no effect. */
const validDays = 14;

/**
 * `b-1<key>-<letter>-<day>-<mac>`, the 1 being the version. Only letters, digits and hyphens: folding case is
 * harmless, and neither VERP, SRS nor xtext (RFC 3461 §4) has to escape anything. The `i` flag stands without `u`, so
 * that no character beyond ASCII folds to one of these.
 */
const localPattern = /^[bn]-1([0-9a-v])-([0-9a-v]{16})-([0-9a-v]{4})-([0-9a-v]{16})$/i;

/** What a path leads to: a letter, or a mail of ours to a signer. The first begins with `b`, the other with `n`. */
export type PathOf = 'letter' | 'notice';
const firstOf: Readonly<Record<PathOf, string>> = { letter: 'b', notice: 'n' };

/** Throws `AppError('invalid')` when the bounce domain is no domain name. */
export function createReturnPaths({
  keys,
  domain,
  of = 'letter',
}: {
  keys: KeyRing;
  domain: string;
  of?: PathOf;
}): ReturnPaths {
  const ours = asciiDomain(domain);
  if (ours === undefined || ours.length > longestDomain) {
    throw new AppError('invalid', 'The bounce domain is not a domain name: use one such as bounce.example.org.');
  }

  return {
    make(letterId, at) {
      const key = keys.keys.get(keys.current);
      if (key === undefined) throw new AppError('internal', 'The key ring does not hold its current key.');
      if (!idPattern.test(letterId)) throw new AppError('internal', 'A return path needs the id of a letter.');
      const sentOn = Math.floor(at / day)
        .toString(32)
        .padStart(4, '0');
      const mac = macOf(key, of, keys.current, letterId, sentOn);
      return `${firstOf[of]}-1${keys.current}-${letterId}-${sentOn}-${mac}@${ours}`;
    },

    read(address, now) {
      const at = address.lastIndexOf('@');
      const host = address.slice(at + 1);
      const match = localPattern.exec(address.slice(0, Math.max(at, 0)));
      if (match === null || match[0].at(0)?.toLowerCase() !== firstOf[of]) return { kind: 'forged' };
      if (!/^[\x21-\x7e]+$/.test(host) || host.toLowerCase() !== ours) return { kind: 'forged' };
      const [, kid, letterId, sentOn, mac] = match.map((part) => part.toLowerCase()) as Parts;
      const key = keys.keys.get(kid);
      if (key === undefined) return { kind: 'forged' };
      const expected = macOf(key, of, kid, letterId, sentOn);
      if (!timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(expected, 'latin1'))) return { kind: 'forged' };
      const age = Math.floor(now / day) - Number.parseInt(sentOn, 32);
      return age > validDays ? { kind: 'expired', letterId } : { kind: 'valid', letterId };
    },
  };
}

type Parts = [whole: string, key: string, letterId: string, day: string, mac: string];

/** The first word keeps these MACs apart from every other use of the same ring. */
function macOf(key: KeyObject, of: PathOf, kid: string, letterId: string, sentOn: string): string {
  const use = of === 'letter' ? 'return-path' : 'notice-path';
  const mac = createHmac('sha256', key).update(`${use}|1|${kid}|${letterId}|${sentOn}`).digest();
  return base32hex(mac.subarray(0, macBytes));
}
