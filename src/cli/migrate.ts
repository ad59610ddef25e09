/** `todoke migrate`: opening a database migrates it; this does only that. */
import { createTerminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export async function migrate(): Promise<void> {
  await withDatabase(() => Promise.resolve());
  createTerminal().line('The database is up to date.');
}
