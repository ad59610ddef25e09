/** Secrets that a laptop does not bring along: made once, kept in a file only its owner can read. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from './errors.ts';
import { parseKeyRing, type KeyRing } from './key-ring.ts';

/** The key ring of the environment, or the one kept in `dataDir/secrets`, made at the first start. */
export function openKeyRing(dataDir: string, configured: string | undefined): KeyRing {
  if (configured !== undefined) return parseKeyRing(configured);
  const file = join(dataDir, 'secrets');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, `1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  }
  return parseKeyRing(readFileSync(file, 'utf8').trim());
}

export interface DkimKey {
  domain: string;
  selector: string;
  privateKey: KeyObject;
}

/** Every key in `dir`, one folder per domain, one `<selector>.pem` in it. The last selector by name is used. */
export function readDkimKeys(dir: string): DkimKey[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const selector = readdirSync(join(dir, entry.name))
        .filter((file) => file.endsWith('.pem'))
        .toSorted()
        .at(-1);
      if (selector === undefined) return [];
      return [
        {
          domain: entry.name.toLowerCase(),
          selector: selector.slice(0, -'.pem'.length),
          privateKey: readKey(join(dir, entry.name, selector)),
        },
      ];
    });
}

/** The domains with a key in `dir`; undefined where this process does not see the folder. */
export function dkimDomains(dir: string): ReadonlySet<string> | undefined {
  return existsSync(dir) ? new Set(readDkimKeys(dir).map(({ domain }) => domain)) : undefined;
}

function readKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (cause) {
    throw new AppError('invalid', `The DKIM key ${file} cannot be read: it must be a private key in PEM form.`, {
      cause,
    });
  }
}

/** Makes an RSA-2048 key for a domain, for rehearsals with the simulated embassy. */
export function makeDkimKey(dir: string, domain: string): DkimKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  mkdirSync(join(dir, domain), { recursive: true });
  writeFileSync(join(dir, domain, 'rehearsal.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  return { domain, selector: 'rehearsal', privateKey };
}
