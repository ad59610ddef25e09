/** The two sets of engines the same tests run on: SQLite and the embedded queue, or MariaDB and BullMQ on Redis. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { copyTemplate } from './sqlite-template.ts';

export const engines = process.env['TEST_ENGINES'] === 'distributed' ? 'distributed' : 'embedded';

/** Servers of the distributed set; a test makes a database and a prefix of its own there. */
export const mariaDbServer = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306';
export const redisServer = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** The environment of a service whose rows and reminders belong to this folder. */
export function engineEnvironment(folder: string): Record<string, string> {
  if (engines === 'embedded') return { DATABASE_URL: `sqlite:${join(folder, 'todoke.db')}` };
  const prefix = `todoke_test_${basename(folder).replaceAll(/\W/g, '_')}`;
  return {
    DATABASE_URL: `${mariaDbServer}/${databaseOf(folder)}`,
    DATABASE_CONNECTIONS: '6',
    REDIS_URL: redisServer,
    REDIS_PREFIX: prefix,
    SECRETS: `1:${Buffer.from(prefix.padEnd(32, '.')).toString('base64')}`,
  };
}

/** Databases of this file by their folder, and those that no folder uses any more. */
const taken = new Map<string, string>();
const unused: string[] = [];
const files = randomBytes(5).toString('hex');
let made = 0;

/** Making forty tables takes a second: a database that a test before has left is emptied and used again. */
function databaseOf(folder: string): string {
  const known = taken.get(folder);
  if (known !== undefined) return known;
  const name = unused.pop() ?? `todoke_test_${files}_${(made += 1)}`;
  taken.set(folder, name);
  return name;
}

/** Makes the database of a folder, if it is not there. */
export async function prepareEngines(folder: string): Promise<void> {
  if (engines === 'distributed') return ask(`create database if not exists ${databaseOf(folder)}`);
  const file = join(folder, 'todoke.db');
  if (!existsSync(file)) await copyTemplate(file);
}

/** Takes the rows out of it; the tables stay for another folder, until `dropKept`. */
export async function dropEngines(folder: string): Promise<void> {
  if (engines === 'embedded') return;
  const name = databaseOf(folder);
  await empty(name);
  taken.delete(folder);
  unused.push(name);
}

/** At the end of a file: drops what its tests have left. */
export async function dropKept(): Promise<void> {
  for (const name of [...unused, ...taken.values()]) await ask(`drop database if exists ${name}`);
}

/** A database of its own on the MariaDB server, for a test of storage alone. */
export async function freshMariaDb(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `todoke_test_${randomBytes(6).toString('hex')}`;
  await ask(`create database ${name}`);
  return { url: `${mariaDbServer}/${name}`, drop: () => ask(`drop database if exists ${name}`) };
}

/** All rows but those of the migrations and the compiled letters, which are the same for every test. */
async function empty(name: string): Promise<void> {
  const connection = await mysql.createConnection(`${mariaDbServer}/${name}`);
  try {
    const [tables] = await connection.query<({ t: string } & RowDataPacket)[]>(
      `select table_name as t from information_schema.tables
       where table_schema = ? and table_name not in ('migration', 'letter_text')`,
      [name],
    );
    if (tables.length === 0) return;
    const some = tables.map(({ t }) => `select '${t}' as t from dual where exists (select 1 from ${t})`);
    const [filled] = await connection.query<({ t: string } & RowDataPacket)[]>(some.join(' union all '));
    await connection.beginTransaction();
    for (const { t } of filled) await connection.query(`delete from ${t}`);
    await connection.commit();
  } finally {
    await connection.end();
  }
}

async function ask(statement: string): Promise<void> {
  const connection = await mysql.createConnection(mariaDbServer);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
