/** A database URL and the tables of all slices to an open, migrated database. */
import type { EntitySchema, MixedList } from 'typeorm';
import { AppError, asError } from '../errors.ts';
import type { Database } from './database.ts';
import { openSqlite } from './sqlite.ts';

export type DatabaseChoice = { kind: 'sqlite'; file: string };

/**
 * Opens the database and brings its schema up to date.
 * Throws `unavailable` with the engine's words when it cannot be opened or migrated.
 */
export async function openDatabase(choice: DatabaseChoice, entities: MixedList<EntitySchema>): Promise<Database> {
  try {
    const database = await openSqlite(choice.file, entities);
    await database.writer.runMigrations({ transaction: 'each' });
    return database;
  } catch (reason) {
    throw new AppError('unavailable', `The database could not be opened: ${asError(reason).message}`, {
      cause: reason,
    });
  }
}
