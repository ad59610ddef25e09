/** MySQL 8 or MariaDB behind one pool of connections; any number of processes may work on the same rows. */
import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { DataSource, type EntityManager, type EntitySchema, type MixedList } from 'typeorm';
import { AppError, asError } from '../errors.ts';
import { SnakeCase } from './columns.ts';
import type { Database, Transaction } from './database.ts';
import { watchConnections } from './connection-watch.ts';
import { migrations } from './migrations/index.ts';
import { tellTrouble } from './trouble.ts';
import { createTurns } from './turns.ts';

export interface MariaDbChoice {
  kind: 'mysql';
  /** `mysql://user:password@host:port/database` */
  url: string;
}

/**
 * What every connection is told first. READ COMMITTED: what a locked row holds is what is decided on. A transaction
 * of a process that died behind a cut wire must not hold its locks for hours (MariaDB only, hence the comment).
 */
const session = `set session transaction isolation level read committed`;
const sessionVariables = `set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO',
  time_zone = '+00:00', innodb_lock_wait_timeout = 20 /*M! , idle_transaction_timeout = 60 */`;

/** Tries of one transaction that lost against another: deadlocks are everyday life, five in a row are not. */
const mostTries = 6;

/**
 * Opens the pool; the caller migrates. Writers use all `connections` but two, so that readers never wait for them.
 * Rejects with the driver's error.
 */
export async function openMariaDb(
  { url }: MariaDbChoice,
  entities: MixedList<EntitySchema>,
  connections: number,
): Promise<Database & { writer: DataSource }> {
  const open = new Set<PoolConnection>();
  const source = new DataSource({
    type: 'mysql',
    driver: {
      createPool(options: PoolOptions): Pool {
        const pool = mysql.createPool(options);
        pool.on('connection', (connection) => {
          open.add(connection);
          connection.once('end', () => open.delete(connection));
          connection.on('error', () => open.delete(connection));
          for (const statement of [session, sessionVariables])
            connection.query(statement, (error) => error && connection.destroy());
        });
        return pool;
      },
    },
    url,
    entities,
    migrations,
    migrationsTableName: 'migration',
    namingStrategy: new SnakeCase(),
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: 5_000,
    poolSize: connections,
    extra: { enableKeepAlive: true, keepAliveInitialDelay: 10_000, maxIdle: connections, queueLimit: 2_000 },
  });
  await source.initialize();
  const watch = watchConnections(url, open);
  const writers = Math.max(1, connections - 2);
  const turns = createTurns(writers);

  async function inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const runner = source.createQueryRunner();
    try {
      await runner.startTransaction();
      const result = await work(runner.manager as EntityManager);
      await runner.commitTransaction();
      return result;
    } catch (reason) {
      await runner.rollbackTransaction().catch(() => undefined);
      throw reason;
    } finally {
      await runner.release();
    }
  }

  return {
    writer: source,
    read: source.manager,
    writers,
    write: <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> =>
      turns.run(async () => {
        for (let tries = 1; ; tries += 1) {
          try {
            return await inTransaction(work);
          } catch (reason) {
            if (reason instanceof AppError) throw reason;
            const trouble = tellTrouble(reason);
            if (trouble.kind !== 'lost-race' || tries >= mostTries) throw trouble.error;
          }
          await new Promise((resolve) => setTimeout(resolve, tries * (2 + Math.random() * 8)));
        }
      }),
    check: () => soon(source.query('select 1')),
    async close() {
      watch.stop();
      await turns.idle();
      await source.destroy();
    },
  };
}

/** Milliseconds after which a database that says nothing counts as not there. */
const patience = 3_000;

async function soon(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, patience, new Error('the database does not answer'));
  });
  answer.catch(() => undefined);
  await Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

/** One process migrates at a time: several are often started at once. */
export async function migrateAlone(source: DataSource): Promise<void> {
  const guard = source.createQueryRunner();
  try {
    const [row] = (await guard.query(`select get_lock(concat(database(), '.todoke-migrate'), 120) as won`)) as {
      won: number | null;
    }[];
    if (row?.won !== 1) throw new Error('another process has been migrating for two minutes');
    await source.runMigrations({ transaction: 'none' });
    await guard.query(`select release_lock(concat(database(), '.todoke-migrate'))`);
  } finally {
    await guard.release();
  }
}

/** What cannot be reached, in words without the password. */
export function withoutPassword(error: unknown): string {
  return asError(error).message.replace(/\/\/[^@\s]*@/g, '//');
}
