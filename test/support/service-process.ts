/** `todoke serve` as a process of its own, that may be killed and started again on the same folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ServiceProcess {
  /** Empty without the role `web`. */
  origin: string;
  pid: number;
  /** Lines of its log so far. */
  said: readonly string[];
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Resolves with the signal or code the process ended with. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the service and resolves when it is ready; rejects with its last words when it is not. */
export async function startService(
  env: Record<string, string>,
  crash?: { at: string; after: number },
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--import', './test/support/crash-at.ts', 'src/cli/todoke.ts', 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      ...env,
      LOG_LEVEL: 'info',
      ...(crash ? { CRASH_AT: crash.at, CRASH_AFTER: String(crash.after) } : {}),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const said: string[] = [];
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes('"msg":"todoke is ready"')) resolve(/"origin":"([^"]+)"/.exec(line)?.[1] ?? '');
    });
    void ended.then((how) =>
      reject(new Error(`the service ended (${how}) before it was ready: ${said.slice(-5).join('\n')}`)),
    );
  });
  return {
    origin,
    pid: child.pid ?? 0,
    said,
    kill: (how) => void child.kill(how),
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
