/** The processes of one installation by role: started, armed, killed, and started again as a supervisor would. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Role } from '../../src/config.ts';
import type { Point } from '../../src/points.ts';
import type { Order } from './armed.ts';

export interface Part {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Starts it, again and again while it ends by itself: a supervisor does the same when a database is away. */
  start(): Promise<void>;
  /** Ends it and starts it again; gives how it ended. */
  restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<string>;
  /** Resolves with how it ended, when it does. */
  ended(): Promise<string>;
  /** Lets it die at a point, or resolves when it passed it. */
  dieAt(point: Point, after: number): void;
  passes(point: Point): Promise<void>;
  disarm(): void;
  /** How far ahead of ours its clock is from now on, in milliseconds. */
  ahead(milliseconds: number): void;
  stop(): Promise<void>;
}

export interface PartPlan {
  name: string;
  roles: readonly Role[];
  env: Record<string, string>;
}

/** Milliseconds a part may need until it is ready, with all its tries. */
const startWithin = 90_000;

export function createPart({ name, roles, env }: PartPlan): Part {
  let child: ChildProcess | undefined;
  let exit: Promise<string> = Promise.resolve('never started');
  let clockAhead = 0;
  const said: string[] = [];

  const order = (what: Order): void => void (child?.connected && child.send(what, () => undefined));

  async function tryToStart(): Promise<boolean> {
    const words = ['--import', './test/crash/armed.ts', 'src/cli/todoke.ts', 'serve'];
    const started = spawn(process.execPath, words, {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
        ...env,
        ROLES: roles.join(','),
        LOG_LEVEL: 'info',
        CLOCK_AHEAD: String(clockAhead),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child = started;
    exit = once(started, 'exit').then(([code, signal]) => String(signal ?? code));
    const ready = new Promise<boolean>((resolve) => {
      if (started.stderr)
        createInterface({ input: started.stderr }).on('line', (line) => {
          said.push(line);
          if (said.length > 30) said.shift();
          if (line.includes('todoke is ready')) resolve(true);
        });
      void exit.then(() => resolve(false));
    });
    return ready;
  }

  async function start(): Promise<void> {
    const from = performance.now();
    while (!(await tryToStart())) {
      if (performance.now() - from > startWithin)
        throw new Error(`${name} did not start:\n${said.slice(-5).join('\n')}`);
      await pause(200);
    }
    // The clocks may have been moved while it started.
    order({ ahead: clockAhead });
  }

  return {
    name,
    roles,
    start,
    ended: () => exit,
    async restart(signal) {
      child?.kill(signal);
      const how = await exit;
      await start();
      return how;
    },
    dieAt: (at, after) => order({ point: { at, after, do: 'die' } }),
    async passes(at) {
      const present = child;
      if (!present) return;
      const passed = once(present, 'message');
      order({ point: { at, after: 0, do: 'tell' } });
      await passed;
    },
    disarm: () => order({ point: { at: '', after: 0, do: 'nothing' } }),
    ahead(milliseconds) {
      clockAhead = milliseconds;
      order({ ahead: milliseconds });
    },
    async stop() {
      child?.kill('SIGTERM');
      // What hangs at the end of a run must not hold up the next one.
      const late = setTimeout(() => child?.kill('SIGKILL'), 15_000);
      await exit;
      clearTimeout(late);
    },
  };
}
