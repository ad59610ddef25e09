/** The words of a mail server without what may name a person: servers repeat addresses, and sometimes names. */

interface Known {
  name: string | null;
  /** Domain of the signer's address; a domain of her own names her too. */
  domain: string;
}

const quotedLocal = /"[^"]{1,64}"(?=@)/g;
/** Whatever holds an address, also one that is encoded in a link or in a return path. */
const address = /[^\s<>]*(?:[@＠]|%40|=40)[^\s<>]*/gi;
const shown = '…@…';

/** A reply for those who may not know who the signer is. */
export function maskPersonal(text: string, { name, domain }: Known): string {
  const plain = text.replaceAll(quotedLocal, '').replaceAll(address, shown);
  return [domain, name ?? ''].filter((part) => part.length > 1).reduce(without, plain);
}

function without(text: string, part: string): string {
  let rest = text;
  for (;;) {
    const at = rest.toLowerCase().indexOf(part.toLowerCase());
    if (at < 0) return rest;
    rest = `${rest.slice(0, at)}…${rest.slice(at + part.length)}`;
  }
}
