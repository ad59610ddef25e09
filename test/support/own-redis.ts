/** A Redis of the test's own on a free port, to be filled, emptied, killed and started again without disturbing anybody. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export interface OwnRedis {
  readonly url: string;
  /** The process that listens there now. */
  readonly pid: number;
  /** For looking in and for mischief; reconnects by itself after a restart. */
  readonly admin: Redis;
  /** Ends it as a power cut would: nothing is saved. */
  kill(): Promise<void>;
  /** Stops it where it stands: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

interface OwnRedisOptions {
  /** As in redis.conf, for example `3mb`; unlimited when left out. */
  maxmemory?: string;
  policy?: string;
  password?: string;
}

export async function startOwnRedis({ maxmemory, policy, password }: OwnRedisOptions = {}): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-redis-'));
  const port = await freePort();
  const url = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}/0`;
  const settings: Record<string, string> = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    maxmemory: maxmemory ?? '0',
    'maxmemory-policy': policy ?? 'noeviction',
    ...(password === undefined ? {} : { requirepass: password }),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const admin = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 20 });
  admin.on('error', () => undefined);
  let watched: ChildProcess | undefined;
  let pid = 0;

  async function start(): Promise<void> {
    // The shell ends the server when its own input ends: also when the test is killed.
    const watch = 'redis-server "$@" & server=$!; cat > /dev/null; kill -9 $server; wait $server';
    const child = spawn('sh', ['-c', watch, 'sh', ...words], { stdio: ['pipe', 'ignore', 'ignore'] });
    watched = child;
    const info = await waitFor(
      () => admin.info('server').catch(String),
      (seen) => seen.includes(`tcp_port:${port}`),
      'a Redis of its own',
    );
    pid = Number(/process_id:(\d+)/.exec(info)?.[1]);
  }

  async function kill(): Promise<void> {
    const child = watched;
    watched = undefined;
    if (!child) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  await start();
  return {
    url,
    get pid() {
      return pid;
    },
    admin,
    kill,
    start,
    freeze: () => void process.kill(pid, 'SIGSTOP'),
    thaw: () => void process.kill(pid, 'SIGCONT'),
    async close() {
      admin.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
