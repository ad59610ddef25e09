/** Another program that holds the rows of letters, so that nobody can write them. */
import Database from 'libsql';
import mysql from 'mysql2/promise';
import { engineEnvironment, engines } from './engines.ts';

/** Locks until the function it gives is called. */
export async function lockLetters(folder: string): Promise<() => Promise<void>> {
  const url = engineEnvironment(folder)['DATABASE_URL'] ?? '';
  if (engines === 'embedded') {
    const other = new Database(url.slice('sqlite:'.length));
    other.exec('begin immediate');
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
