/** What the figures were measured on: nothing that names the machine, everything that decides how fast it is. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type as system } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RowDataPacket } from 'mysql2/promise';
import type { Place } from './place.ts';
import { harakaVersion } from './relays/haraka.ts';
import { postfixVersion } from './relays/postfix.ts';

/** Fact by name, in the order to be shown. */
export type Machine = Record<string, string>;

const libraries = ['express', 'typeorm', 'mysql2', 'libsql', 'bullmq', 'ioredis', 'nodemailer', 'mjml', 'juice'];

/** Settings of the database that decide what a commit costs. */
const settings = ['version', 'innodb_buffer_pool_size', 'innodb_flush_log_at_trx_commit', 'log_bin'];

export async function machineOf(place: Place): Promise<Machine> {
  const [first] = cpus();
  const [[database]] = await place.sql.query<RowDataPacket[]>(
    `select ${settings.map((name) => `@@${name} as ${name}`).join(', ')}`,
  );
  const pool = Number(database?.['innodb_buffer_pool_size']) / 1024 / 1024;
  return {
    processor: `${first?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GB`,
    system: `${system()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`,
    'Node.js': process.versions.node,
    database: `${database?.['version']}, buffer pool ${pool} MB, flush at commit ${database?.['innodb_flush_log_at_trx_commit']}, binary log ${database?.['log_bin'] ? 'on' : 'off'}`,
    Redis: await redisVersion(place.redisUrl),
    Postfix: (await postfixVersion()) ?? 'not installed',
    Haraka: harakaVersion,
    libraries: libraries.map((name) => `${name} ${versionOf(name)}`).join(', '),
  };
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    return /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}

function versionOf(library: string): string {
  const file = join('node_modules', library, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
