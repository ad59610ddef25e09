/** Keeps one kind of job worked on: a worker that idles beside waiting jobs is replaced. */
import { stopwatch } from '../clock.ts';
import type { BullWorker } from './bull-worker.ts';

export interface KeptWorker {
  /** Looks whether the worker does its work; to be called again and again. */
  look(): Promise<void>;
  /** Takes no more work, and resolves when what runs has ended. */
  close(): Promise<void>;
}

interface KeepingNeeds {
  build(concurrency: number): BullWorker;
  /** Jobs that a free worker should take now; throws while Redis does not say. */
  waiting(): Promise<number>;
  rebuilt(waiting: number): void;
}

/**
 * BullMQ workers were seen to be "running", connected, and idle for ever after a connection broke. Whatever the
 * reason, the sign is the same: jobs wait, the worker has room, and takes none for `patience` milliseconds.
 */
export function keepWorker(needs: KeepingNeeds, concurrency: number, patience: number): KeptWorker {
  let worker = needs.build(concurrency);
  const retiring = new Map<BullWorker, Promise<void>>();
  let idle: { begun: number; seconds: () => number } | undefined;
  let open = true;

  const room = (): number => [worker, ...retiring.keys()].reduce((left, { running }) => left - running, concurrency);

  function replace(): void {
    const old = worker;
    // The handlers of the old worker go on and count, so that never more run than allowed.
    worker = needs.build(room());
    retiring.set(
      old,
      old.retire().then(() => {
        retiring.delete(old);
        if (open) worker.allow(room() + worker.running);
      }),
    );
  }

  return {
    async look() {
      const waiting = await needs.waiting().catch(() => 0);
      if (!open || waiting === 0 || room() < 1) {
        idle = undefined;
      } else if (idle?.begun !== worker.begun) {
        idle = { begun: worker.begun, seconds: stopwatch() };
      } else if (idle.seconds() * 1000 >= patience) {
        idle = undefined;
        replace();
        needs.rebuilt(waiting);
      }
    },
    async close() {
      open = false;
      await Promise.all([worker.retire(), ...retiring.values()]);
    },
  };
}
