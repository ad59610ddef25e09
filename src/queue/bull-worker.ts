/** One BullMQ worker with connections of its own, so that it can be let go even when Redis does not answer. */
import { QueueKeys, RedisConnection, RedisQueueBackend, WaitingError, Worker } from 'bullmq';
import { second } from '../clock.ts';
import type { JobName } from '../jobs.ts';
import { letGo, openConnection, sentenceOf } from './redis.ts';
import { within } from './within.ts';

export interface BullWorker {
  /** Handlers that run now, and jobs begun since the worker was built. */
  readonly running: number;
  readonly begun: number;
  /** How many handlers may run at the same time from now on. */
  allow(concurrency: number): void;
  /** Takes no more, waits for its handlers, and lets go of Redis. */
  retire(): Promise<void>;
}

export interface WorkerPlace {
  url: string;
  prefix: string;
  /** A lock that is not renewed for so long says that its worker died; renewing happens each half of it. */
  lockDuration: number;
  stalledInterval: number;
  /** How long the end may wait for Redis, beyond what the handlers need. */
  farewell: number;
  /** Whether a job that is begun no longer keeps the same one from waiting. */
  isForgotten: boolean;
  onTrouble(sentence: string): void;
}

/** BullMQ's worker with two edges taken off. */
class CalmWorker extends Worker<unknown> {
  /** BullMQ asks again at once when Redis refuses to give a job (out of memory, say): thousands of times a second. */
  protected override async moveToActive(token: string, name?: string): ReturnType<Worker<unknown>['getNextJob']> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await this.delay(second);
      throw error;
    }
  }

  /** Ends the timers of a worker whose `close()` still waits for an answer of Redis. */
  leave(): void {
    void this.lockManager.close();
    void this.pause(true);
  }
}

/** Builds and starts a worker. `handle` must not throw. */
export function buildWorker(
  name: JobName,
  handle: (job: unknown) => Promise<void>,
  concurrency: number,
  { url, prefix, lockDuration, stalledInterval, farewell, isForgotten, onTrouble }: WorkerPlace,
): BullWorker {
  const complain = (error: Error): void => onTrouble(`${name}: ${sentenceOf(error)}`);
  // BullMQ passes the errors of both on.
  const heard = (): void => undefined;
  const commands = openConnection(url, 'working', `${prefix}:${name}`, heard);
  const waiting = openConnection(url, 'working', `${prefix}:${name}:waiting`, heard);
  let open = true;
  let running = 0;
  let begun = 0;
  let quiet: () => void = () => undefined;

  const worker = new CalmWorker(
    name,
    async (job, token) => {
      if (!open) {
        // Fetched in the moment of leaving: another worker shall have it.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      begun += 1;
      running += 1;
      try {
        if (isForgotten) await within(farewell, job.removeDeduplicationKey()).catch(() => undefined);
        await handle(job.data);
      } finally {
        running -= 1;
        if (running === 0) quiet();
      }
    },
    {
      connection: commands,
      prefix,
      concurrency,
      lockDuration,
      stalledInterval,
      // A job whose worker died runs once more: handlers read their row first, so that is harmless. A job that takes
      // a second worker down with it is dropped: it must not bring down one process after the other.
      maxStalledCount: 1,
      // An idle worker looks by itself this often (seconds), whatever became of the wake-up call.
      drainDelay: 2,
      runRetryDelay: second,
      skipVersionCheck: true,
    },
    (queue, options) => {
      const keys = new QueueKeys(prefix);
      const shared = { shared: true, skipVersionCheck: true };
      return new RedisQueueBackend(
        new RedisConnection(commands, { ...shared, blocking: false }),
        queue,
        keys.getKeys(queue),
        (type) => keys.toKey(queue, type),
        options,
        new RedisConnection(waiting, { ...shared, blocking: true }),
      );
    },
  );
  worker.on('error', complain);
  worker.on('failed', (_job, error) => complain(error));

  return {
    get running() {
      return running;
    },
    get begun() {
      return begun;
    },
    allow(atMost) {
      worker.concurrency = atMost;
      // BullMQ reads it when a job ends, which may take a while; resuming wakes it.
      void worker.pause(true).then(() => worker.resume());
    },
    async retire() {
      open = false;
      const closed = worker.close().catch(complain);
      if (running > 0) await new Promise<void>((resolve) => (quiet = resolve));
      await within(farewell, closed).catch(() => worker.leave());
      letGo(commands);
      letGo(waiting);
    },
  };
}
