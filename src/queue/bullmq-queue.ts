/** The queue of many processes: reminders in Redis. Losing Redis costs a delay, since the rows hold what is due. */
import { Queue as BullQueue, type JobsOptions } from 'bullmq';
import { minute, second } from '../clock.ts';
import { AppError, asError } from '../errors.ts';
import type { JobName, Jobs } from '../jobs.ts';
import type { Log } from '../log.ts';
import { buildWorker } from './bull-worker.ts';
import { gatherAsks, type GatheredAsks } from './gathered-asks.ts';
import { keepWorker, type KeptWorker } from './kept-worker.ts';
import type { Queue, QueueEvents } from './queue.ts';
import { letGo, reachRedis, sentenceOf } from './redis.ts';
import { tellSeldom } from './tell-seldom.ts';
import { createTimers } from './timers.ts';
import { within } from './within.ts';

export interface BullQueueEvents extends QueueEvents {
  log?: Pick<Log, 'info'>;
  /** A worker idled beside waiting jobs and was replaced; for metrics. */
  rebuilt?(name: JobName): void;
}

/** All times in milliseconds. */
export interface BullQueueOptions {
  /** Begins every key, so that several installations can share one Redis. */
  prefix: string;
  /** How long the start waits for Redis. */
  startWithin: number;
  /** How often the workers are looked at, and how long one may idle beside waiting jobs. */
  lookEvery: number;
  patience: number;
  /** Reminders of one kind that may wait in memory for a slow Redis. */
  gatherAtMost: number;
  /** How seldom the same trouble is told. */
  tellEvery: number;
  /** How long each step of closing waits for Redis, beyond what the handlers need. */
  farewell: number;
  lockDuration: number;
  stalledInterval: number;
}

const defaults: BullQueueOptions = {
  prefix: 'todoke',
  startWithin: 5 * second,
  lookEvery: 5 * second,
  patience: 30 * second,
  gatherAtMost: 20_000,
  tellEvery: 5 * second,
  farewell: 2 * second,
  lockDuration: minute,
  stalledInterval: 30 * second,
};

/** What makes two reminders the same: while one waits, the other adds nothing. */
const sameness: { [Name in JobName]: ((job: Jobs[Name]) => string) | undefined } = {
  'send-letters': undefined,
  'send-test-letter': (job) => job.testLetterId,
  'read-report': (job) => job.returnedMailId,
  'forward-answer': (job) => job.answerId,
  'review-channel': (job) => job.target,
  'finish-petition': (job) => job.petitionId,
  'send-webhook': (job) => `${job.eventId} ${job.endpoint}`,
  'send-notices': undefined,
};

/**
 * Reminders that are the same only while they wait. Where one process at a time is seen to by a lease on the row, a
 * reminder that runs need not hold up the next: it may be that of a process that died, whose lock has a while to last.
 */
const sameUntilBegun: ReadonlySet<JobName> = new Set(['finish-petition']);

interface Line {
  /** The queue of one kind of job, as BullMQ has it. */
  bull: BullQueue;
  asks: GatheredAsks<{ name: string; data: unknown; opts: JobsOptions }>;
  worker?: KeptWorker;
}

/** Opens the queue; throws an `AppError` when Redis is out of reach or may evict what it holds. */
export async function createBullQueue(
  url: string,
  needs: BullQueueEvents,
  chosen: Partial<BullQueueOptions> = {},
): Promise<Queue> {
  const options = { ...defaults, ...chosen };
  const { prefix, farewell } = options;
  const tell = tellSeldom(needs.onError, options.tellEvery);
  let open = false;
  const connection = await reachRedis(url, options.startWithin, `${prefix}:asks`, (error) => {
    if (open) tell('redis', sentenceOf(error));
  });
  connection.on('ready', () => needs.log?.info('Redis answers again'));
  open = true;

  const lines = new Map<JobName, Line>();
  for (const name of Object.keys(sameness) as JobName[]) lines.set(name, createLine(name));
  const looking = createTimers({ elected: () => Promise.resolve(true), onError: needs.onError });
  looking.every('look-after-workers', options.lookEvery, () => Promise.all(workers().map((worker) => worker.look())));
  let closed: Promise<void> | undefined;

  function createLine(name: JobName): Line {
    const bull = new BullQueue(name, {
      connection,
      prefix,
      // Redis holds only what is waiting or under way, and a short trail of events that nobody reads.
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
      streams: { events: { maxLen: 100 } },
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
    // The connection tells of its troubles itself; without a listener they would end the process.
    bull.on('error', () => undefined);
    const give = async (jobs: Parameters<BullQueue['addBulk']>[0]): Promise<void> => {
      if (connection.status !== 'ready') throw new Error('Redis is not connected');
      await bull.addBulk(jobs);
    };
    const lost = (count: number, reason: Error): void =>
      tell(name, `${count} reminder${count === 1 ? '' : 's'} could not be given: ${sentenceOf(reason)}`);
    return { bull, asks: gatherAsks({ give, lost }, options.gatherAtMost) };
  }

  function lineOf(name: JobName): Line {
    const line = lines.get(name);
    if (!line) throw new Error(`there is no line for ${name}`);
    return line;
  }

  function workers(): KeptWorker[] {
    return [...lines.values()].flatMap(({ worker }) => worker ?? []);
  }

  async function shut(): Promise<void> {
    const still = within(farewell, looking.close()).catch(() => undefined);
    await Promise.all(workers().map((worker) => worker.close()));
    // Handlers may ask until their end; what they asked is still given.
    open = false;
    const given = Promise.all([...lines.values()].map(({ asks }) => asks.given()));
    await within(farewell, given).catch(() => undefined);
    await still;
    letGo(connection);
  }

  return {
    ask(name, job) {
      if (open) {
        const key = sameness[name]?.(job);
        // BullMQ's way to say: none while the same waits, and one more, after it, when the same is running.
        const keepLastIfActive = !sameUntilBegun.has(name);
        const opts: JobsOptions = key === undefined ? {} : { deduplication: { id: key, keepLastIfActive } };
        lineOf(name).asks.add({ name, data: job, opts }, key);
      }
      return Promise.resolve();
    },
    work(name, handler, concurrency) {
      if (closed) return;
      const line = lineOf(name);
      if (line.worker) throw new Error(`${name} is worked on already`);
      const handle = async (job: unknown): Promise<void> => {
        try {
          await handler(job as Jobs[typeof name]);
        } catch (thrown) {
          needs.onError(name, asError(thrown));
        }
      };
      const place = {
        ...options,
        url,
        isForgotten: sameUntilBegun.has(name),
        onTrouble: (sentence: string) => tell('redis', sentence),
      };
      line.worker = keepWorker(
        {
          build: (atMost) => buildWorker(name, handle, atMost, place),
          async waiting() {
            const [{ wait = 0 }, paused] = await Promise.all([line.bull.getJobCounts('wait'), line.bull.isPaused()]);
            return paused ? 0 : wait;
          },
          rebuilt(waiting) {
            const jobs = waiting === 1 ? '1 job' : `${waiting} jobs`;
            const idle = `it idled for ${options.patience / second} s while ${jobs} waited`;
            needs.onError(name, new Error(`the worker was replaced: ${idle}`));
            needs.rebuilt?.(name);
          },
        },
        concurrency,
        options.patience,
      );
    },
    async waiting(name) {
      if (connection.status !== 'ready') return Infinity;
      const counted = lineOf(name).bull.getJobCounts('wait');
      return within(second, counted).then(
        ({ wait = 0 }) => wait,
        () => Infinity,
      );
    },
    async check() {
      if (connection.status !== 'ready') throw new AppError('unavailable', 'Redis is not connected.');
      await within(second, connection.ping()).catch((thrown: unknown) => {
        throw new AppError('unavailable', `Redis does not answer: ${sentenceOf(asError(thrown))}.`);
      });
    },
    close: () => (closed ??= shut()),
  };
}
