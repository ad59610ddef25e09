/** The service under measurement: `todoke serve` in processes of its own, as an operator would start them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { benchFolder, type Place } from './place.ts';

export interface Service {
  pid: number;
  /** Empty without the role `web`. */
  port: number;
  /** What it logged as an error, for the result. */
  troubles: string[];
  stop(): Promise<void>;
}

export type Environment = Record<string, string>;

/** Free ports, the place's own keys and folders. */
export function environmentOf(place: Place, more: Environment): Environment {
  return {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    DATABASE_URL: place.databaseUrl,
    REDIS_URL: place.redisUrl,
    REDIS_PREFIX: place.redisPrefix,
    SECRETS: `1:${Buffer.alloc(32, 'bench').toString('base64')}`,
    DATA_DIR: place.folder,
    DKIM_DIR: place.dkimFolder,
    KEEP_OPEN: 'yes',
    PORT: '0',
    OPS_PORT: '0',
    BOUNCE_PORT: '0',
    ...more,
  };
}

/** Starts one process; rejects with its last words when it does not become ready. `profile` names its CPU profile. */
export async function startService(env: Environment, profile?: string): Promise<Service> {
  const flags = profile ? ['--cpu-prof', `--cpu-prof-dir=${join(benchFolder, 'profiles', profile)}`] : [];
  const child = spawn(process.execPath, [...flags, 'src/cli/todoke.ts', 'serve'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const troubles: string[] = [];
  const said: string[] = [];
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (said.length < 50) said.push(line);
      if (/"level":(?:50|60|"error"|"fatal")/.test(line) && troubles.length < 20) troubles.push(line);
      if (line.includes('todoke is ready')) resolve(/"origin":"([^"]*)"/.exec(line)?.[1] ?? '');
    });
    void ended.then((how) =>
      reject(new Error(`the service ended (${how}) before it was ready: ${said.slice(-5).join('\n')}`)),
    );
  });
  return {
    pid: child.pid ?? 0,
    port: origin === '' ? 0 : Number(new URL(origin).port),
    troubles,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      // Conversations under way may take a while; a bench does not wait ten minutes for them.
      const hard = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

/** A key that may sign, or whatever else is named. */
export async function createKey(env: Environment, scopes: readonly string[] = ['sign']): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['src/cli/todoke.ts', 'key', 'create', '--source', 'bench', '--scope', scopes.join(',')],
    { env },
  );
  const [key] = /todoke_\w+/.exec(stdout) ?? [];
  if (key === undefined) throw new Error(`no key was made: ${stdout}`);
  return key;
}
