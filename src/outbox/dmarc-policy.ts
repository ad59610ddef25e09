/** Which DMARC policy holds for mail with a domain in From (RFC 9989), read with caution: doubt means `reject`. */
import { hour, minute, type Clock, type Instant } from '../clock.ts';
import { organisationalDomain, walkUp, type DmarcPolicy } from './dmarc-walk.ts';
import type { DnsResolver } from './dns-resolver.ts';
import { asciiDomain } from './domain-name.ts';

export interface DmarcAnswer {
  policy: DmarcPolicy;
  /** The organizational domain (RFC 9989 §4.10.2), or undefined when the DNS did not let us find it. */
  organisational: string | undefined;
  /** One sentence for staff. It names the domain, so keep it out of logs and metrics. */
  why: string;
}

export interface DmarcPolicies {
  /** Never throws for DNS trouble: what we could not find out counts as `reject`. */
  policyFor(domain: string): Promise<DmarcAnswer>;
}

export interface DmarcNeeds extends Pick<DnsResolver, 'resolveTxt' | 'domainExists'> {
  clock: Clock;
  /** Milliseconds an answer is kept; an hour when not given. */
  ttl?: number;
  /** Domains kept, 10,000 when not given; the one not asked for longest goes first. */
  size?: number;
}

/** An answer made by a DNS failure is asked for again sooner. */
const failureTtl = 5 * minute;

/** Makes the look-up. Concurrent callers share a question, and answers are kept in a bounded cache. */
export function createDmarcPolicies(needs: DmarcNeeds): DmarcPolicies {
  const { clock, ttl = hour, size = 10_000 } = needs;
  const cache = new Map<string, { until: Instant; answer: Promise<DmarcAnswer> }>();

  function ask(domain: string): Promise<DmarcAnswer> {
    const finding = discover(needs, domain);
    const entry = { until: Number.POSITIVE_INFINITY, answer: finding.then(({ answer }) => answer) };
    finding.then(
      ({ sure }) => (entry.until = clock.now() + (sure ? ttl : Math.min(ttl, failureTtl))),
      () => cache.delete(domain),
    );
    const [oldest] = cache.keys();
    if (cache.size >= size && oldest !== undefined) cache.delete(oldest);
    cache.set(domain, entry);
    return entry.answer;
  }

  return {
    policyFor(domain) {
      const name = asciiDomain(domain);
      if (name === undefined) {
        return Promise.resolve({ policy: 'reject', organisational: undefined, why: 'This is no name of the DNS.' });
      }
      const kept = cache.get(name);
      cache.delete(name); // and in again at the end: a Map keeps its order, so the first one is the least used
      if (kept === undefined || clock.now() >= kept.until) return ask(name);
      cache.set(name, kept);
      return kept.answer;
    },
  };
}

/** `sure` is false when a DNS failure stood in the way of some part of the answer. */
interface Finding {
  answer: DmarcAnswer;
  sure: boolean;
}

/**
 * DMARC policy discovery (RFC 9989 §4.10.1): the domain's own record, else its organizational domain's, else its
 * public suffix's. `t=y` asks receivers for leniency that not all of them know, so it changes nothing here;
 * `pct` is gone since RFC 9989.
 */
async function discover({ resolveTxt, domainExists }: DmarcNeeds, domain: string): Promise<Finding> {
  const { found, failedAt } = await walkUp(domain, resolveTxt);
  const sure = failedAt === undefined;
  const organisational = sure ? organisationalDomain(domain, found) : undefined;
  const answer = (policy: DmarcPolicy, why: string) => ({ answer: { policy, organisational, why }, sure });

  const own = found.find((record) => record.domain === domain);
  if (own !== undefined) return answer(own.p, `_dmarc.${domain} says p=${own.p}.`);
  if (!sure) return answer('reject', `The DNS did not answer for _dmarc.${failedAt}, which counts as p=reject.`);

  const suffix = found.find((record) => record.psd === 'y');
  const inherited = found.find((record) => record.domain === organisational) ?? suffix;
  if (inherited === undefined) return answer('none', `Neither ${domain} nor a domain above it has a DMARC record.`);

  const { sp, np } = inherited;
  const forSubdomains = sp ?? inherited.p;
  const tag = `_dmarc.${inherited.domain} says ${sp === undefined ? 'p' : 'sp'}=${forSubdomains}.`;
  if (np === undefined || np === forSubdomains) return answer(forSubdomains, tag);
  try {
    if (await domainExists(domain)) return answer(forSubdomains, tag);
    return answer(np, `${domain} does not exist, and _dmarc.${inherited.domain} says np=${np}.`);
  } catch {
    const why = `The DNS did not say whether ${domain} exists, which counts as p=reject.`;
    return { answer: { policy: 'reject', organisational, why }, sure: false };
  }
}
