/** The DKIM keys we hold, tested at start, and the signing of letters with the key of their sender's domain. */
import { AppError, asError } from '../errors.ts';
import type { Log } from '../log.ts';
import { makeDkimKey, readDkimKeys, type DkimKey } from '../secrets.ts';
import { domainOf } from './domain-name.ts';
import { createDkimSigner, type DkimSigner } from './dkim.ts';

export interface Signers {
  /** Domains that may stand literally in From; grows while campaigns come in. */
  domains: ReadonlySet<string>;
  /** Looks for the key of a domain that no campaign wrote from until now. Must be asked before `sign`. */
  learn(domain: string): Promise<void>;
  /** Signs; without a key for the domain the message goes as it is, and is counted. */
  sign(domain: string, message: Buffer): Promise<Buffer>;
}

interface Needs {
  log: Log;
  dir: string;
  /** Sender addresses of all campaigns. */
  domains: readonly string[];
  /** Rehearsals make missing keys, in a folder of their own; real mail signed with them would only be refused. */
  rehearsalDir: string | undefined;
  unsigned(): void;
}

/** Reads all keys and signs and verifies a sample with each: a broken key must stop the start, not the letters. */
export async function openSigners(needs: Needs): Promise<Signers> {
  const signers = new Map<string, DkimSigner>();
  const domains = new Set<string>();
  /** Domains that were looked for already, with or without success. */
  const asked = new Set<string>();

  async function hold(key: DkimKey): Promise<void> {
    signers.set(key.domain, await testedSigner(key));
    domains.add(key.domain);
  }
  for (const key of readDkimKeys(needs.dir)) await hold(key);

  async function learn(name: string): Promise<void> {
    const domain = name.toLowerCase();
    if (domain === '' || signers.has(domain) || asked.has(domain)) return;
    asked.add(domain);
    const brought = readDkimKeys(needs.dir).find((key) => key.domain === domain);
    if (brought !== undefined) return hold(brought);
    if (needs.rehearsalDir !== undefined) return hold(rehearsalKey(needs.rehearsalDir, domain));
    needs.log.warn({ domain }, 'no DKIM key for this domain: its letters leave unsigned unless the relay signs them');
  }
  for (const address of needs.domains) await learn(domainOf(address) ?? '');

  return {
    domains,
    learn,
    sign(domain, message) {
      const signer = signers.get(domain.toLowerCase());
      if (signer) return signer.sign(message);
      needs.unsigned();
      return Promise.resolve(message);
    },
  };
}

async function testedSigner(key: DkimKey): Promise<DkimSigner> {
  const signer = createDkimSigner(key);
  try {
    await signer.selfTest();
    return signer;
  } catch (cause) {
    throw new AppError('unavailable', `The DKIM key of ${key.domain} failed its self-test: ${asError(cause).message}`, {
      cause,
    });
  }
}

function rehearsalKey(dir: string, domain: string): DkimKey {
  return readDkimKeys(dir).find((key) => key.domain === domain) ?? makeDkimKey(dir, domain);
}
