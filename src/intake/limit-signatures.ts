/** Step: too many forms from one network, or for one address, are refused before anything is stored. */
import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Campaign } from '../campaigns/campaign.ts';
import { hour } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Counters } from '../queue/counters.ts';
import { canonicalAddress, type EmailAddress } from './email-address.ts';

export interface SignatureLimits {
  /**
   * Counts one form that came from an IP address; undefined: nobody knows from where, and nothing is counted.
   * Throws `too-many` beyond the campaign's limit.
   */
  network(campaign: Campaign, address: string | undefined): Promise<void>;
  /** Counts one signature for an e-mail address. Throws `too-many` beyond the campaign's limit. */
  address(campaign: Campaign, email: EmailAddress): Promise<void>;
}

/** `Counters` get keyed hashes: neither they nor Redis learn an address. */
export function createSignatureLimits({ keys, counters }: { keys: KeyRing; counters: Counters }): SignatureLimits {
  const key = keys.keys.get(keys.current);
  if (!key) throw new Error('the key ring has no current key');

  async function count(campaign: Campaign, what: string, most: number, problem: string): Promise<void> {
    const name = createHmac('sha256', key ?? '').update(`limit\0${campaign.slug}\0${what}`);
    const { times, left } = await counters.count(name.digest('base64url').slice(0, 22), hour);
    if (times <= most) return;
    const retryAfter = Math.ceil(left / 1_000);
    throw new AppError('too-many', `${problem}: nothing was accepted, send it again later.`, { retryAfter });
  }

  return {
    async network(campaign, address) {
      if (address === undefined) return;
      const { perNetwork } = campaign.protection.limits;
      await count(campaign, networkOf(address), perNetwork, 'Too many letters came from this network');
    },
    address: (campaign, email) =>
      count(
        campaign,
        `@${canonicalAddress(email)}`,
        campaign.protection.limits.perAddress,
        'Too many letters came for this e-mail address',
      ),
  };
}

/** What one household or office has: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const start = head.split(':').filter((group) => group !== '');
  const end = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const gap = tail === undefined ? 0 : 8 - start.length - end.length;
  const groups = [...start, ...Array.from({ length: gap }, () => '0'), ...end];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
