/** The DNS tree walk of RFC 9989 §4.10: from a domain up to the top, collecting the DMARC records on the way. */

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

/** A DMARC record as it is applied. */
export interface DmarcRecord {
  /** The domain it is published for, without `_dmarc.`. */
  domain: string;
  p: DmarcPolicy;
  sp: DmarcPolicy | undefined;
  np: DmarcPolicy | undefined;
  /** `y`: a public suffix; `n`: the organizational domain; anything else says nothing. */
  psd: string | undefined;
}

export interface DmarcWalk {
  /** The records found, longest name first. */
  found: DmarcRecord[];
  /** The name that the DNS gave no answer for; the walk ended there. */
  failedAt: string | undefined;
}

/** A walk from a longer name goes on at its 7 right-most labels, so that it asks 8 times at most (§4.10). */
const walkLabels = 7;

/** `v` comes first and its value is case-sensitive (§4.7, §4.8). */
const versionTag = /^\s*[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/;

/** Walks from a normalised domain to its top-level domain, or to the first `psd=y` or `psd=n`. */
export async function walkUp(domain: string, resolveTxt: (name: string) => Promise<string[][]>): Promise<DmarcWalk> {
  const found: DmarcRecord[] = [];
  for (let labels = domain.split('.'); labels.length > 0; labels = labels.slice(1).slice(-walkLabels)) {
    const name = labels.join('.');
    let records: string[][];
    try {
      // A name too long for the DNS has no record, and the walk goes on above it.
      records = name.length > 246 ? [] : await resolveTxt(`_dmarc.${name}`);
    } catch {
      return { found, failedAt: name };
    }
    const texts = records.map((strings) => strings.join('')).filter((text) => versionTag.test(text));
    const [text] = texts;
    if (text === undefined || texts.length > 1) continue; // of several records none counts (§4.10)
    const record = readRecord(name, text);
    found.push(record);
    if (record.psd === 'y' || record.psd === 'n') break;
  }
  return { found, failedAt: undefined };
}

/** The organizational domain of the domain a complete walk began at (§4.10.2). */
export function organisationalDomain(domain: string, found: readonly DmarcRecord[]): string {
  const top = found.at(-1);
  if (top?.psd === 'y') {
    // One label below the suffix; the suffix itself has none and stays what it is.
    const labels = top.domain.split('.').length + 1;
    return domain.split('.').slice(-labels).join('.');
  }
  return top?.domain ?? domain;
}

/** A record without a valid `p`, or with an invalid `sp` or `np`, acts as `p=none` or not at all (§4.10.1). */
function readRecord(domain: string, text: string): DmarcRecord {
  const tags = new Map<string, string>();
  for (const part of text.toLowerCase().split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) tags.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const [p, sp, np] = [tags.get('p'), tags.get('sp'), tags.get('np')];
  const psd = tags.get('psd');
  if (!isPolicy(p) || !(sp === undefined || isPolicy(sp)) || !(np === undefined || isPolicy(np))) {
    return { domain, p: 'none', sp: undefined, np: undefined, psd };
  }
  return { domain, p, sp, np, psd };
}

function isPolicy(value: string | undefined): value is DmarcPolicy {
  return value === 'none' || value === 'quarantine' || value === 'reject';
}
