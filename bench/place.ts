/** Where one run of the bench works: a folder, a MariaDB and a Redis of its own, gone afterwards. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import mysql, { type Connection } from 'mysql2/promise';
import { createClosers } from '../src/closers.ts';
import { startOwnRedis, type OwnRedis } from '../test/support/own-redis.ts';
import { startOwnMariaDb } from './own-mariadb.ts';
import { processesNamed } from './watch.ts';

/** What runs leave for the next one: installed relays, profiles, results. */
export const benchFolder = resolve('var/bench');

export const senderDomain = 'human-rights-desk.example';

export interface Place {
  folder: string;
  /** Made for this run. */
  databaseUrl: string;
  redisUrl: string;
  redisPrefix: string;
  /** Processes of the database and of Redis, where they are ours. */
  pids: { database: number[]; redis: number[] };
  /** Holds an RSA-2048 key of the sender's domain. */
  dkimFolder: string;
  /** A connection of the bench itself. */
  sql: Connection;
  /** An empty database again, for whoever must not meet the rows of the step before. */
  emptyDatabase(): Promise<void>;
  close(): Promise<void>;
}

/** Addresses of servers to use instead of own ones. */
export interface Servers {
  mysql?: string;
  redis?: string;
}

/** Makes the place: a MariaDB and a Redis of its own, or a database on a given server. */
export async function openPlace(given: Servers): Promise<Place> {
  const name = `todoke_bench_${randomBytes(4).toString('hex')}`;
  const folder = join(benchFolder, name);
  mkdirSync(folder, { recursive: true });
  const closers = createClosers();
  closers.add(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  try {
    const database = given.mysql === undefined ? await startOwnMariaDb(folder) : { url: given.mysql, pid: undefined };
    if (!database) throw new Error('install the Debian package mariadb-server, or name a server by --mysql');
    if ('close' in database) closers.add(database.close);
    const redis = given.redis === undefined ? await ownRedis() : { url: given.redis, pid: undefined };
    if ('close' in redis) closers.add(redis.close);
    const sql = await mysql.createConnection({ uri: database.url, multipleStatements: true });
    const emptyDatabase = async (): Promise<void> => {
      await sql.query(
        `drop database if exists ${name}; create database ${name} character set utf8mb4 collate utf8mb4_bin; use ${name}`,
      );
    };
    await emptyDatabase();
    closers.add(async () => {
      await sql.query(`drop database if exists ${name}`);
      await sql.end();
    });
    return {
      folder,
      sql,
      emptyDatabase,
      databaseUrl: `${database.url.replace(/\/$/, '')}/${name}`,
      redisUrl: redis.url,
      redisPrefix: name,
      pids: {
        database: database.pid === undefined ? processesNamed('mariadbd', 'mysqld') : [database.pid],
        redis: redis.pid === undefined ? processesNamed('redis-server') : [redis.pid],
      },
      dkimFolder: makeDkimKey(join(folder, 'dkim')),
      close: closers.closeAll,
    };
  } catch (thrown) {
    await closers.closeAll();
    throw thrown;
  }
}

async function ownRedis(): Promise<OwnRedis> {
  return startOwnRedis().catch((cause: unknown) => {
    throw new Error('install the Debian package redis-server, or name a server by --redis', { cause });
  });
}

function makeDkimKey(folder: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  mkdirSync(join(folder, senderDomain), { recursive: true });
  writeFileSync(join(folder, senderDomain, 'bench1.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return folder;
}
