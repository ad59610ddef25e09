/** The two sets of engines the same tests run on: SQLite and the embedded queue, or MariaDB and BullMQ on Redis. */
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import mysql from 'mysql2/promise';

export const engines = process.env['TEST_ENGINES'] === 'distributed' ? 'distributed' : 'embedded';

/** Servers of the distributed set; a test makes a database and a prefix of its own there. */
export const mariaDbServer = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306';
export const redisServer = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** The environment of a service whose rows and reminders belong to this folder. */
export function engineEnvironment(folder: string): Record<string, string> {
  if (engines === 'embedded') return { DATABASE_URL: `sqlite:${join(folder, 'todoke.db')}` };
  const name = nameOf(folder);
  return {
    DATABASE_URL: `${mariaDbServer}/${name}`,
    DATABASE_CONNECTIONS: '6',
    REDIS_URL: redisServer,
    REDIS_PREFIX: name,
    SECRETS: `1:${Buffer.from(name.padEnd(32, '.')).toString('base64')}`,
  };
}

/** Makes the database of a folder, if it is not there. */
export async function prepareEngines(folder: string): Promise<void> {
  if (engines === 'distributed') await ask(`create database if not exists ${nameOf(folder)}`);
}

/** Drops it again. */
export async function dropEngines(folder: string): Promise<void> {
  if (engines === 'distributed') await ask(`drop database if exists ${nameOf(folder)}`);
}

/** A database of its own on the MariaDB server, for a test of storage alone. */
export async function freshMariaDb(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `todoke_test_${randomBytes(6).toString('hex')}`;
  await ask(`create database ${name}`);
  return { url: `${mariaDbServer}/${name}`, drop: () => ask(`drop database if exists ${name}`) };
}

function nameOf(folder: string): string {
  return `todoke_test_${basename(folder).replaceAll(/\W/g, '_')}`.slice(0, 60);
}

async function ask(statement: string): Promise<void> {
  const connection = await mysql.createConnection(mariaDbServer);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
