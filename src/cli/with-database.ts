/** Commands that need only the database: open it, do it, close it. */
import { readConfig, type Config } from '../config.ts';
import type { Database } from '../storage/database.ts';
import { openDatabase } from '../storage/open-database.ts';
import { tables } from '../tables.ts';

export async function withDatabase<T>(work: (database: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig();
  const database = await openDatabase(config.DATABASE_URL, tables);
  try {
    return await work(database, config);
  } finally {
    await database.close();
  }
}
