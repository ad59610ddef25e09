/** `todoke petition verify|prove`: whether a list of names is the one that was sealed, and the proof for one name of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { nameLeaves } from '../petitions/names-tree.ts';
import { proveName } from '../petitions/prove-name.ts';
import { readList, verifyPetition } from '../petitions/verify-petition.ts';
import { openKeyRing } from '../secrets.ts';
import { createTerminal } from './terminal.ts';

/** Exit code 1 when something does not fit. */
export async function runVerify(manifestFile: string, csvFile: string): Promise<void> {
  const { manifest, findings } = await verifyPetition(manifestFile, csvFile, keysAtHand());
  const terminal = createTerminal();
  terminal.heading(`Petition ${manifest.petition}`);
  for (const { fits, says } of findings) {
    const mark = fits === undefined ? terminal.dim('·') : fits ? terminal.good('✓') : terminal.bad('✗');
    terminal.line(`  ${mark} ${says}`);
  }
  const ok = findings.every(({ fits }) => fits !== false);
  terminal.line(
    ok ? terminal.good('\n  The list is the sealed one.') : terminal.bad('\n  This does not fit together.'),
  );
  if (!ok) process.exitCode = 1;
}

/** Prints the proof as JSON. It is for that signer alone. */
export async function runProve(manifestFile: string, csvFile: string, number: string): Promise<void> {
  const { manifest, names } = await readList(manifestFile, csvFile);
  const { petition, digest, tree } = manifest;
  const keys = keysAtHand();
  const leaves = keys && tree && nameLeaves(keys, { number: petition, digest }, tree.key);
  if (!leaves) throw new AppError('not-found', `A proof takes key ${tree?.key ?? '1'} of SECRETS, which is not here.`);
  createTerminal().line(JSON.stringify(proveName(manifest, names, leaves, Number(number)), null, 2));
}

/** Whoever only checks a list has no keys, and must not be given fresh ones. */
function keysAtHand(): KeyRing | undefined {
  const { DATA_DIR, SECRETS } = readConfig();
  return SECRETS === undefined && !existsSync(join(DATA_DIR, 'secrets')) ? undefined : openKeyRing(DATA_DIR, SECRETS);
}
