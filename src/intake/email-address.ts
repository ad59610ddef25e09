/** E-mail addresses of signers: read leniently as people type them, stored as mail servers want them. */
import { domainToASCII } from 'node:url';

export interface EmailAddress {
  /** `local@domain`, the domain as A-labels (RFC 5890), so that it fits any header. */
  address: string;
  domain: string;
}

/** RFC 5321 §4.5.3.1 and RFC 5322 dot-atom; quoted local parts are valid but nobody has one. */
const dotAtom = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Reads an address; full-width letters, digits and ＠ of Japanese keyboards are understood (NFKC),
 * internationalised domains become A-labels. The problem text never repeats the address.
 */
export function readEmailAddress(typed: string): EmailAddress | { problem: string } {
  const text = typed.normalize('NFKC').trim();
  const at = text.lastIndexOf('@');
  if (at < 1 || at === text.length - 1) return { problem: 'is not an e-mail address: write it as name@example.org' };
  if (text.length > 320) return { problem: 'is longer than an e-mail address can be' };
  const local = text.slice(0, at);
  if (/[^\p{ASCII}]/u.test(local)) {
    return {
      problem:
        'has characters beyond ASCII before the @ (RFC 6531): the answer could not reach you through every server, use another address',
    };
  }
  if (local.length > 64 || !dotAtom.test(local))
    return { problem: 'has a part before the @ that mail servers refuse: check it for spaces and dots' };
  const domain = domainToASCII(text.slice(at + 1).replace(/\.$/, '')).toLowerCase();
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || domain.length > 253 || !labels.every((part) => label.test(part)) || /^\d+$/.test(last)) {
    return { problem: 'has no valid domain after the @: write it as name@example.org' };
  }
  const address = `${local}@${domain}`;
  return address.length > 254 ? { problem: 'is longer than an e-mail address can be' } : { address, domain };
}

/** An address that was stored, as it was read. */
export function storedAddress(address: string): EmailAddress {
  return { address, domain: address.slice(address.lastIndexOf('@') + 1) };
}

const dotsMeanNothing = new Set(['gmail.com', 'googlemail.com']);

/**
 * One spelling for all addresses that reach the same mailbox: case, `+tag` and the dots of Gmail do not
 * make another person. Used only to compare, never to send.
 */
export function canonicalAddress({ address, domain }: EmailAddress): string {
  const local = address.slice(0, address.lastIndexOf('@')).toLowerCase();
  const plain = local.startsWith('+') ? local : local.replace(/\+.*$/, '');
  if (!dotsMeanNothing.has(domain)) return `${plain}@${domain}`;
  return `${plain.replaceAll('.', '')}@gmail.com`;
}
