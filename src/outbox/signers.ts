/** The DKIM keys we hold, tested at start, and the signing of letters with the key of their sender's domain. */
import { AppError, asError } from '../errors.ts';
import type { Log } from '../log.ts';
import { makeDkimKey, readDkimKeys, type DkimKey } from '../secrets.ts';
import { domainOf } from './domain-name.ts';
import { createDkimSigner, type DkimSigner } from './dkim.ts';

export interface Signers {
  /** Domains that may stand literally in From. */
  domains: ReadonlySet<string>;
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
  const keys = readDkimKeys(needs.dir);
  for (const address of new Set(needs.domains)) {
    const domain = domainOf(address) ?? '';
    if (keys.some((key) => key.domain === domain)) continue;
    if (needs.rehearsalDir !== undefined) keys.push(rehearsalKey(needs.rehearsalDir, domain));
    else
      needs.log.warn({ domain }, 'no DKIM key for this domain: its letters leave unsigned unless the relay signs them');
  }
  const signers = new Map<string, DkimSigner>();
  for (const key of keys) {
    const signer = createDkimSigner(key);
    try {
      await signer.selfTest();
    } catch (cause) {
      throw new AppError(
        'unavailable',
        `The DKIM key of ${key.domain} failed its self-test: ${asError(cause).message}`,
        { cause },
      );
    }
    signers.set(key.domain, signer);
  }
  return {
    domains: new Set(signers.keys()),
    sign(domain, message) {
      const signer = signers.get(domain.toLowerCase());
      if (signer) return signer.sign(message);
      needs.unsigned();
      return Promise.resolve(message);
    },
  };
}

function rehearsalKey(dir: string, domain: string): DkimKey {
  return readDkimKeys(dir).find((key) => key.domain === domain) ?? makeDkimKey(dir, domain);
}
