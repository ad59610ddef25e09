/** Parts of the bench that run in a process of their own, so that none of them slows another one's event loop. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Handlers, Question, Reply } from './answer.ts';

export interface Child<H extends Handlers> {
  pid: number;
  /** Rejects with the words of the child when its handler throws. */
  ask<Name extends keyof H & string>(name: Name, ...input: Parameters<H[Name]>): Promise<Awaited<ReturnType<H[Name]>>>;
  close(): Promise<void>;
}

/** Milliseconds. Nothing that is asked takes nearly as long. */
const patience = 300_000;

/** Starts `bench/parts/<part>.ts`. */
export function startChild<H extends Handlers>(part: string, env: Record<string, string> = {}): Child<H> {
  const child = fork(join(import.meta.dirname, 'parts', `${part}.ts`), {
    serialization: 'advanced',
    execArgv: [],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
  });
  const waiting = new Map<number, { resolve: (value: any) => void; reject: (reason: Error) => void }>();
  let asked = 0;
  const failAll = (how: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(`${part} ended: ${how}`));
    waiting.clear();
  };
  child.on('message', (message: Reply) => {
    const question = waiting.get(message.number);
    waiting.delete(message.number);
    if ('failure' in message) question?.reject(new Error(`${part}: ${message.failure}`));
    else question?.resolve(message.value);
  });
  child.once('exit', (code, signal) => failAll(String(signal ?? code)));
  return {
    pid: child.pid ?? 0,
    ask: (name, ...[input]) =>
      new Promise((resolve, reject) => {
        const number = (asked += 1);
        const silence = setTimeout(reject, patience, new Error(`${part} did not answer "${name}" within five minutes`));
        silence.unref();
        const told = (settle: (value: any) => void) => (value: any) => {
          clearTimeout(silence);
          settle(value);
        };
        waiting.set(number, { resolve: told(resolve), reject: told(reject) });
        const question: Question = { number, name, input };
        child.send(question, (error) => error && reject(error));
      }),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
