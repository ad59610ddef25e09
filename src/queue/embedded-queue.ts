/** The queue of one process: reminders in memory. Losing them costs a delay, since the rows hold what is due. */
import { asError } from '../errors.ts';
import type { JobName, Jobs } from '../jobs.ts';
import type { Queue, QueueEvents } from './queue.ts';

interface Line {
  waiting: Jobs[JobName][];
  running: number;
  worker?: { handler: (job: Jobs[JobName]) => Promise<void>; concurrency: number };
}

export function createEmbeddedQueue(needs: QueueEvents): Queue {
  const lines = new Map<JobName, Line>();
  let open = true;
  let quiet: (() => void)[] = [];

  function lineOf(name: JobName): Line {
    const line = lines.get(name) ?? { waiting: [], running: 0 };
    lines.set(name, line);
    return line;
  }

  function running(): number {
    return [...lines.values()].reduce((sum, line) => sum + line.running, 0);
  }

  function next(name: JobName, line: Line): void {
    while (open && line.worker && line.running < line.worker.concurrency) {
      const job = line.waiting.shift();
      if (job === undefined) return;
      line.running += 1;
      void line.worker
        .handler(job)
        .catch((thrown: unknown) => needs.onError(name, asError(thrown)))
        .finally(() => {
          line.running -= 1;
          if (running() === 0) for (const resolve of quiet.splice(0)) resolve();
          next(name, line);
        });
    }
  }

  return {
    ask(name, job) {
      if (open) {
        const line = lineOf(name);
        line.waiting.push(job);
        setImmediate(() => next(name, line));
      }
      return Promise.resolve();
    },
    work(name, handler, concurrency) {
      const line = lineOf(name);
      line.worker = { handler: handler as (job: Jobs[JobName]) => Promise<void>, concurrency };
      next(name, line);
    },
    waiting: (name) => Promise.resolve(lineOf(name).waiting.length),
    check: () => Promise.resolve(),
    async close() {
      open = false;
      if (running() > 0) await new Promise<void>((resolve) => (quiet = [...quiet, resolve]));
    },
  };
}
