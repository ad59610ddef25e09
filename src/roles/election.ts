/** Which of several processes keeps the time: the one that holds the lease. */
import { second, stopwatch, type Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Database } from '../storage/database.ts';
import { createLease } from '../storage/lease-table.ts';

export interface Election {
  /** Whether this process keeps the time now; asks the database at most every three seconds. */
  won(): Promise<boolean>;
  /** Lets another process go on at once. */
  resign(): Promise<void>;
}

/** How long the others wait for a process that died. */
const term = 10 * second;
/** Seconds after which the lease is renewed, or asked for again. */
const askAfter = 3;

export function createElection(needs: { database: Database; clock: Clock; log: Log }): Election {
  const lease = createLease(needs, 'timers', term);
  let holds: boolean | undefined;
  let asked: Promise<boolean> | undefined;
  let since = stopwatch();

  async function ask(): Promise<boolean> {
    since = stopwatch();
    try {
      const got = await lease.take();
      if (got !== holds && (got || holds))
        needs.log.info({ got }, got ? 'this process keeps the time' : 'another process keeps the time');
      holds = got;
      return got;
    } catch (thrown) {
      // Who cannot reach the rows has nothing to release either.
      holds = undefined;
      throw thrown;
    } finally {
      asked = undefined;
    }
  }

  return {
    won: () => (holds === undefined || since() > askAfter ? (asked ??= ask()) : Promise.resolve(holds)),
    async resign() {
      if (holds) await lease.giveBack();
      holds = undefined;
    },
  };
}
