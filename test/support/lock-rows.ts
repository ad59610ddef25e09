/** Another program that holds the rows of letters, so that nobody can write them. */
import Database from 'libsql';
import mysql from 'mysql2/promise';
import { engineEnvironment, engines } from './engines.ts';
import { waitFor } from './wait-for.ts';

/** Locks until the function it gives is called. */
export async function lockLetters(folder: string): Promise<() => Promise<void>> {
  const url = engineEnvironment(folder)['DATABASE_URL'] ?? '';
  if (engines === 'embedded') {
    const other = new Database(url.slice('sqlite:'.length));
    // The service may be writing at this very moment; waiting inside SQLite would keep it from ending.
    await waitFor(
      () => began(other),
      (done) => done,
      'the lock of the writers',
    );
    return () => {
      other.exec('rollback');
      other.close();
      return Promise.resolve();
    };
  }
  const other = await mysql.createConnection(url);
  await other.query('begin');
  await other.query('select id from letter for update');
  return async () => {
    await other.query('rollback');
    await other.end();
  };
}

function began(other: Database.Database): boolean {
  try {
    other.exec('begin immediate');
    return true;
  } catch (thrown) {
    if (/locked|BUSY/.test(String(thrown))) return false;
    throw thrown;
  }
}
