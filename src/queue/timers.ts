/** Steps that run by themselves, again and again, in this process. */
import { asError } from '../errors.ts';

export interface Timers {
  /** Runs a step every `milliseconds` after its last end, never twice at the same time, first at once. */
  every(name: string, milliseconds: number, step: () => Promise<unknown>): void;
  /** Starts no step any more, and resolves when what runs has ended. */
  close(): Promise<void>;
}

interface TimerNeeds {
  /** Asked before each run: whether this process is the one that keeps the time. */
  elected(): Promise<boolean>;
  onError(name: string, error: Error): void;
}

export function createTimers({ elected, onError }: TimerNeeds): Timers {
  const waiting = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let open = true;

  return {
    every(name, milliseconds, step) {
      const run = (): void => {
        if (!open) return;
        const underWay = (async () => {
          try {
            if (await elected()) await step();
          } catch (thrown) {
            onError(name, asError(thrown));
          }
        })();
        running.add(underWay);
        void underWay.then(() => {
          running.delete(underWay);
          if (!open) return;
          const timer = setTimeout(() => {
            waiting.delete(timer);
            run();
          }, milliseconds);
          waiting.add(timer);
        });
      };
      run();
    },
    async close() {
      open = false;
      for (const timer of waiting) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
