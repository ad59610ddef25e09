/** The words of a mail server without what may name a person: servers repeat addresses, and sometimes names. */

interface Known {
  name: string | null;
  /** Domain of the signer's address; a domain of her own names her too. */
  domain: string;
}

const quotedLocal = /"[^"]{1,64}"(?=@)/g;
/** Whatever holds an address, also one that is encoded in a link or in a return path. */
const address = /[^\s<>]*(?:[@＠]|%40|=40)[^\s<>]*/gi;

/** A reply for those who may not know who the signer is. */
export function maskPersonal(text: string, { name, domain }: Known): string {
  const plain = text.replaceAll(quotedLocal, '').replaceAll(address, '…@…');
  const withoutDomain = domain === '' ? plain : plain.replaceAll(whole(domain.replaceAll('.', String.raw`\.`)), '…');
  // Shorter parts of a name would only take pieces out of other words.
  const parts = (name ?? '').match(/[\p{L}\p{M}]{3,}|[^\P{L}a-z]{2,}/giu) ?? [];
  return parts.reduce((rest, part) => rest.replaceAll(whole(part), '…'), withoutDomain);
}

/** A word, and not a piece of a longer one. */
function whole(word: string): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{M}\d])${word}(?![\p{L}\p{M}\d])`, 'giu');
}
