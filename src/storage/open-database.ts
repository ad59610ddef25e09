/** A database URL and the tables of all slices to an open, migrated database. */
import type { EntitySchema, MixedList } from 'typeorm';
import { AppError } from '../errors.ts';
import type { Database } from './database.ts';
import { migrateAlone, openMariaDb, withoutPassword, type MariaDbChoice } from './mariadb.ts';
import { openSqlite } from './sqlite.ts';

export type DatabaseChoice = { kind: 'sqlite'; file: string } | MariaDbChoice;

/**
 * Opens the database, with so many connections where there can be several, and brings its schema up to date.
 * Throws `unavailable` with the engine's words when it cannot be opened or migrated.
 */
export async function openDatabase(
  choice: DatabaseChoice,
  entities: MixedList<EntitySchema>,
  connections = 5,
): Promise<Database> {
  try {
    if (choice.kind === 'sqlite') {
      const database = await openSqlite(choice.file, entities);
      await database.writer.runMigrations({ transaction: 'each' });
      return database;
    }
    const database = await openMariaDb(choice, entities, connections);
    await migrateAlone(database.writer);
    return database;
  } catch (reason) {
    throw new AppError('unavailable', `The database could not be opened: ${withoutPassword(reason)}`, {
      cause: reason,
    });
  }
}
