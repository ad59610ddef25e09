/** Who stands in From: the signer, only where that can pass, else our own address with the signer's name. */
import type { Campaign } from '../campaigns/campaign.ts';
import type { DmarcPolicies } from './dmarc-policy.ts';
import { domainOf } from './domain-name.ts';

/** `from`: the signer in From and ours in Sender. `reply-to`: ours in From and the signer in Reply-To. */
export type SenderIdentity = 'from' | 'reply-to';

export interface IdentityNeeds {
  setting: Campaign['sender'];
  signerAddress: string;
  /** Lower-case domains whose DKIM key we hold. */
  heldDomains: ReadonlySet<string>;
  policies: DmarcPolicies;
}

/**
 * Domains that refuse strangers without saying so in DMARC. Gmail publishes p=none and answers
 * "550-5.7.26 Unauthenticated email from gmail.com is not accepted due to domain's DMARC policy".
 */
const guardedDomains: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/** The identity a letter really gets; the page and the receipt show this, not the campaign's wish. */
export async function chooseIdentity(needs: IdentityNeeds): Promise<SenderIdentity> {
  const { setting, signerAddress, heldDomains, policies } = needs;
  if (setting.identity !== 'from') return 'reply-to';
  const domain = domainOf(signerAddress);
  if (domain === undefined) return 'reply-to';
  if (heldDomains.has(domain)) return 'from';
  if (!setting.allowUnenforcedDomains || guardedDomains.has(domain)) return 'reply-to';
  const { policy } = await policies.policyFor(domain);
  return policy === 'none' ? 'from' : 'reply-to';
}

/** Control characters, line and paragraph separators: a word ends there. */
const breaks = /[\p{Cc}\u2028\u2029]+/gu;

/**
 * `@` in all its widths (Mailman and Outlook read an address out of a name), the bidirectional controls of UAX #9,
 * and what is invisible but joins nothing. U+200C and U+200D stay: Persian names and emoji are written with them.
 */
const deceptive = /[@\uFE6B\uFF20\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\uD800-\uDFFF]/gu;

/** A person's or an organisation's name as it may stand before an address. The ideographic space stays. */
export function cleanName(name: string): string {
  return name.replace(breaks, ' ').replace(deceptive, '').replace(/ {2,}/g, ' ').trim();
}

/** `人権 守 (via Organisation)`: the signer's name beside our address. Without a name, the organisation alone. */
export function displayName(name: string, organisation: string): string {
  const [person, via] = [cleanName(name), cleanName(organisation)];
  return person === '' || via === '' ? person + via : `${person} (via ${via})`;
}
