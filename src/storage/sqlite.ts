/** SQLite in one file: a writer connection used in turn, and a reader that sees only what is committed. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { DataSource, type EntityManager, type EntitySchema, type MixedList, type QueryRunner } from 'typeorm';
import { stopwatch } from '../clock.ts';
import { asError } from '../errors.ts';
import { SnakeCase } from './columns.ts';
import type { Database, Transaction } from './database.ts';
import { migrations } from './migrations/index.ts';

interface Connection {
  exec(sql: string): void;
}

/**
 * `synchronous = full` in WAL mode flushes at every commit: a 202 must survive a power cut, and group
 * commit pays for it. Other processes (the CLI) may write too; waiting for them inside SQLite stops this whole
 * process, so that wait is short and `begin` asks again.
 */
const pragmas = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 10;
  pragma foreign_keys = on;
  pragma cache_size = -65536;
  pragma temp_store = memory;
`;

function source(file: string, entities: MixedList<EntitySchema>): DataSource {
  return new DataSource({
    type: 'better-sqlite3',
    // libsql ships ready-made binaries and speaks the same interface; no compiler is needed.
    driver: Libsql,
    database: file,
    entities,
    migrations,
    migrationsTableName: 'migration',
    namingStrategy: new SnakeCase(),
    prepareDatabase: (connection: Connection) => connection.exec(pragmas),
  });
}

/** Opens (and creates) the file; the caller migrates. */
export async function openSqlite(
  file: string,
  entities: MixedList<EntitySchema>,
): Promise<Database & { writer: DataSource }> {
  mkdirSync(dirname(file), { recursive: true });
  const writer = await source(file, entities).initialize();
  const reader = await source(file, entities).initialize();
  let turn: Promise<unknown> = Promise.resolve();

  async function inTransaction<T>(work: (transaction: Transaction) => Promise<T>, waited: () => number): Promise<T> {
    const runner = writer.createQueryRunner();
    await begin(runner, waited);
    try {
      const result = await work(runner.manager as EntityManager);
      await runner.query('COMMIT');
      return result;
    } catch (reason) {
      // A full disk has rolled back by itself; what counts is why.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw reason;
    }
  }

  return {
    writer,
    read: reader.manager,
    writers: 1,
    write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
      const waited = stopwatch();
      const result = turn.then(() => inTransaction(work, waited));
      turn = result.catch(() => undefined);
      return result;
    },
    check: async () => void (await reader.query('select 1')),
    async close() {
      await turn;
      await reader.destroy();
      await writer.destroy();
    },
  };
}

/** Seconds after which a writer gives way to another process, its wait for our own writers included. */
const patience = 10;
/** Milliseconds between two tries; this process works on meanwhile. */
const pause = 20;

/**
 * IMMEDIATE takes the write lock first: a later upgrade could fail half-way with SQLITE_BUSY. All writers that wait
 * behind a lock give way together: one after the other would keep the last one waiting for minutes.
 */
async function begin(runner: QueryRunner, waited: () => number): Promise<void> {
  for (;;) {
    try {
      await runner.query('BEGIN IMMEDIATE');
      return;
    } catch (reason) {
      if (waited() > patience || !/SQLITE_BUSY|database is locked/.test(asError(reason).message)) throw reason;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
