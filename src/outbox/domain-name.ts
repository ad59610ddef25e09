/** Domain names as the DNS and the mail headers want them: lower-case A-labels without a final dot. */
import { domainToASCII } from 'node:url';

/** RFC 1035 §2.3.4: labels of 1 to 63 octets. Underscores do occur below a domain; hyphens only inside a label. */
const name = /^(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/;

/** No top-level domain is a number (RFC 3696 §2), so what ends in one is an IPv4 address. */
const numericEnd = /(?:^|\.)\d+$/;

/** Other ASCII characters would end a URL's host or vanish from it, which is what `domainToASCII` reads. */
const hostCharacters = /^[A-Za-z0-9._\x80-\uffff-]*$/;

/** The name in lower-case A-labels (RFC 5890 §2.3.2.1), or undefined when no such name can exist in the DNS. */
export function asciiDomain(domain: string): string | undefined {
  if (!hostCharacters.test(domain)) return undefined;
  const folded = (/[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : domain).toLowerCase();
  const bare = folded.endsWith('.') ? folded.slice(0, -1) : folded;
  return bare.length <= 253 && name.test(bare) && !numericEnd.test(bare) ? bare : undefined;
}

/** The domain of an address: what follows its last `@` (RFC 5321 §4.1.2), checked by `asciiDomain`. */
export function domainOf(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  return at < 1 ? undefined : asciiDomain(address.slice(at + 1));
}
