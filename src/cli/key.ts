/** `todoke key create`: a key for a source, shown once. */
import { systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { createSourceKey, scopes, type Scope } from '../intake/source-key.ts';
import { createTerminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export async function createKey(options: {
  source: string;
  scope?: readonly string[];
  campaign?: readonly string[];
}): Promise<void> {
  const asked = options.scope ?? ['sign'];
  const wanted = asked.filter((scope): scope is Scope => scopes.some((known) => known === scope));
  const unknown = asked.filter((scope) => !scopes.some((known) => known === scope));
  if (unknown.length > 0)
    throw new AppError('invalid', `There is no scope "${unknown.join('", "')}": use ${scopes.join(', ')}.`);
  const key = await withDatabase((database) =>
    createSourceKey(
      { database, clock: systemClock },
      { source: options.source, scopes: wanted, campaigns: options.campaign ?? null },
    ),
  );
  createTerminal().line(key);
}
