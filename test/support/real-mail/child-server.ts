/** A server as a child that cannot outlive the test: the shell ends it when its own input ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { greets } from './ports.ts';

export interface ChildServer {
  /** Its log so far: for people who read a failed test. */
  log(): string;
  close(): Promise<void>;
}

interface Plan {
  /** Program and arguments; it must stay in the foreground. */
  command: readonly string[];
  /** Shell words that end it, `$server` being its process. */
  end: string;
  logFile: string;
  /** Ports that greet when it is ready. */
  ports: readonly number[];
}

/** Starts it and resolves when all its ports greet; rejects with its last words. */
export async function startChildServer({ command, end, logFile, ports }: Plan): Promise<ChildServer> {
  // A Ctrl-C reaches the shell too, and must not end it before the server.
  const watch = `trap : INT TERM HUP; "$@" & server=$!; cat > /dev/null; ${end}; wait $server`;
  const child = spawn('sh', ['-c', watch, 'sh', ...command], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  const log = (): string => readFileSync(logFile, { encoding: 'utf8', flag: 'a+' });
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  try {
    await Promise.all(ports.map((port) => greets(port)));
  } catch (reason) {
    await close();
    throw new Error(`${command[0]} did not start: ${log().trim().split('\n').slice(-3).join(' ')}`, { cause: reason });
  }
  return { log, close };
}
