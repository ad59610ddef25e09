/** A MariaDB of the test's own on a free port, to be stopped, killed and started again without disturbing anybody. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export interface OwnMariaDb {
  /** Without the name of a database. */
  readonly url: string;
  readonly port: number;
  ask(statement: string): Promise<void>;
  /** Ends it in order (SIGTERM) or as a power cut would. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Settings of mariadbd for rows that nobody misses after a crash. */
export const throwAway = [
  '--innodb-buffer-pool-size=512M',
  '--innodb-log-file-size=1G',
  '--innodb-sort-buffer-size=64M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-flush-method=nosync',
  '--innodb-doublewrite=0',
];

/** Starts it with the settings of mariadbd that are given; without any it loses no commit. */
export async function startOwnMariaDb(changes: readonly string[] = []): Promise<OwnMariaDb> {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-mariadb-'));
  const rows = join(folder, 'rows');
  mkdirSync(rows);
  // As root, mariadbd wants to be told that this is meant.
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const install = ['--no-defaults', `--datadir=${rows}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
  execFileSync('mariadb-install-db', [...install, ...asRoot], { stdio: 'ignore' });
  const port = await freePort();
  const url = `mysql://root@127.0.0.1:${port}`;
  const settings = [
    '--no-defaults',
    ...asRoot,
    `--datadir=${rows}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--innodb-buffer-pool-size=256M',
    '--innodb-log-file-size=128M',
    '--max-connections=300',
    // The last one counts.
    ...changes,
  ];
  let watched: ChildProcess | undefined;

  async function ask(statement: string): Promise<void> {
    const connection = await mysql.createConnection(url);
    try {
      await connection.query(statement);
    } finally {
      await connection.end();
    }
  }

  async function start(): Promise<void> {
    // The shell kills the server when its own input ends: also when this process is killed.
    const watch = 'mariadbd "$@" & server=$!; cat > /dev/null; kill -9 $server 2> /dev/null; wait $server';
    watched = spawn('sh', ['-c', watch, 'sh', ...settings], { stdio: ['pipe', 'ignore', 'ignore'] });
    const answers = () =>
      ask('select 1').then(
        () => true,
        () => false,
      );
    await waitFor(answers, Boolean, 'a MariaDB of its own', 60_000);
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = watched;
    watched = undefined;
    if (!child) return;
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    process.kill(pid, signal);
    await waitFor(
      () => lives(pid),
      (it) => !it,
      'MariaDB to end',
      60_000,
    );
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  await start();
  return {
    url,
    port,
    ask,
    end,
    start,
    async close() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A zombie still has a process id; its state tells. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
