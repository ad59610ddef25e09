/** `todoke key create|list|revoke`: keys of sources. A key is shown once, when it is made. */
import { systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { createSourceKey, listSourceKeys, revokeSourceKey, scopes, type Scope } from '../intake/source-key.ts';
import { createTerminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export async function createKey(options: {
  source: string;
  scope?: readonly string[];
  campaign?: readonly string[];
  origin?: readonly string[];
}): Promise<void> {
  const asked = options.scope ?? ['sign'];
  const wanted = asked.filter((scope): scope is Scope => scopes.some((known) => known === scope));
  const unknown = asked.filter((scope) => !scopes.some((known) => known === scope));
  if (unknown.length > 0)
    throw new AppError('invalid', `There is no scope "${unknown.join('", "')}": use ${scopes.join(', ')}.`);
  const key = await withDatabase((database) =>
    createSourceKey(
      { database, clock: systemClock },
      { source: options.source, scopes: wanted, campaigns: options.campaign ?? null, origins: options.origin ?? null },
    ),
  );
  createTerminal().line(key);
}

/** Prints every key by its id, never the key. */
export async function listKeys(): Promise<void> {
  const terminal = createTerminal();
  for (const { id, source, scopes: covers, campaigns, revokedAt } of await withDatabase(listSourceKeys)) {
    const state = revokedAt === null ? 'valid' : `revoked ${new Date(revokedAt).toISOString()}`;
    terminal.line(`${id}  ${source}  ${covers.join(',')}  ${campaigns?.join(',') ?? 'all campaigns'}  ${state}`);
  }
}

export async function revokeKey(keyId: string): Promise<void> {
  await withDatabase((database) => revokeSourceKey({ database, clock: systemClock }, keyId));
  createTerminal().line('The key opens nothing any more.');
}
