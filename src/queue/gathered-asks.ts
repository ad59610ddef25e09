/** Reminders on their way to Redis: gathered for one turn of the event loop, given in batches, never waited for. */
import { asError } from '../errors.ts';

const batchSize = 1000;

export interface GatheredAsks<Job> {
  /** Takes a reminder along. Of those with the same key only the last is given. */
  add(job: Job, key?: string): void;
  /** Resolves when everything was given or lost. */
  given(): Promise<void>;
}

interface GatheringNeeds<Job> {
  give(jobs: Job[]): Promise<unknown>;
  lost(count: number, reason: Error): void;
}

/** `atMost` bounds the memory that a slow Redis can cost; what comes beyond it is lost. */
export function gatherAsks<Job>({ give, lost }: GatheringNeeds<Job>, atMost: number): GatheredAsks<Job> {
  const gathered = new Map<string | symbol, Job>();
  let giving: Promise<void> | undefined;

  async function giveAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (gathered.size > 0) {
      const batch: Job[] = [];
      for (const [key, job] of gathered) {
        if (batch.length === batchSize) break;
        batch.push(job);
        gathered.delete(key);
      }
      try {
        await give(batch);
      } catch (thrown) {
        lost(batch.length, asError(thrown));
      }
    }
    giving = undefined;
  }

  return {
    add(job, key) {
      if (gathered.size >= atMost && (key === undefined || !gathered.has(key))) {
        lost(1, new Error(`${atMost} others wait to be given`));
        return;
      }
      gathered.set(key ?? Symbol('reminder'), job);
      giving ??= giveAll();
    },
    async given() {
      await giving;
    },
  };
}
