/** What work on petitions may take of this machine: the cores that all other work leaves free, and rests where it leaves none. */
import { availableParallelism, cpus } from 'node:os';
import { setImmediate as letOthersGo, setTimeout as sleep } from 'node:timers/promises';
import { second, stopwatch } from '../clock.ts';

export interface FreeCores {
  /** Whole cores that other work leaves free, and never more than were asked for; all of them on a calm machine. */
  count(): number;
  /**
   * After work that took so many seconds: resolves as soon as a core is free, and at the latest when work has had a
   * tenth of a core, so that paper comes on a machine that is never idle too. Rejects with the reason of `signal`.
   */
  wait(tookSeconds: number, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds, since they were started, of all cores together. */
export interface CoreTimes {
  cores: number;
  /** Work that gives way to nothing. Niced work, as typesetting is, and idle time are not in it. */
  busy: number;
  all: number;
}

/** Milliseconds that a look at the cores covers at least: the system counts in steps of ten. */
const look = 250;

/**
 * Share of the machine up to which other work needs none of it kept free. Not nothing: what the system does for niced
 * work counts as busy, and that is a fifth of a machine that only typesets.
 */
const calm = 1 / 3;

/** What work on petitions has of one core while there is none for it. */
const share = 0.1;

/** What a test may put in the place of the machine. */
export interface Machine {
  times(): CoreTimes;
  /** A watch that goes on. */
  seconds(): number;
  pause(milliseconds: number, signal?: AbortSignal): Promise<unknown>;
}

/** `most`: volumes at a time on a machine that does nothing else. */
export function createFreeCores(
  most: number = availableParallelism(),
  { times, seconds, pause }: Machine = thisMachine(),
): FreeCores {
  let before = { at: seconds(), ...times() };
  let free = most;
  const count = (): number => {
    const at = seconds();
    if ((at - before.at) * second < look) return free;
    const now = { at, ...times() };
    const busy = ((now.busy - before.busy) / Math.max(1, now.all - before.all)) * now.cores;
    before = now;
    free = Math.min(most, busy < now.cores * calm ? now.cores : Math.max(0, Math.floor(now.cores - busy)));
    return free;
  };
  return {
    count,
    async wait(tookSeconds, signal) {
      const until = seconds() + tookSeconds * (1 / share - 1);
      while (signal?.aborted !== true && count() === 0 && seconds() < until) await pause(look, signal);
      signal?.throwIfAborted();
    },
  };
}

/** For whoever gives way to nobody. */
export function fixedCores(count: number = availableParallelism()): FreeCores {
  return { count: () => count, wait: async (_, signal) => signal?.throwIfAborted() };
}

/** Names after which other work may have a turn. */
const stretch = 2_000;

/** The same names. Reading and hashing them is work as well: where no core is free, it rests as typesetting does. */
export async function* restful<Name>(
  names: AsyncIterable<Name> | Iterable<Name>,
  cores: FreeCores,
  signal?: AbortSignal,
): AsyncGenerator<Name> {
  let count = 0;
  let before = process.threadCpuUsage();
  for await (const name of names) {
    yield name;
    if ((count += 1) % stretch > 0) continue;
    const { user, system } = process.threadCpuUsage(before);
    await cores.wait((user + system) / 1e6, signal);
    before = process.threadCpuUsage();
  }
}

/** What is called between two batches: others have a turn, and where no core is free it rests for what the last took. */
export type Rest = () => Promise<void>;

/**
 * For batches of rows. What they take is time, since the database works at them too, in a process of its own. Rejects
 * with the reason of `signal`.
 */
export function createRest(cores: FreeCores, signal?: AbortSignal, watch: typeof stopwatch = stopwatch): Rest {
  let worked = watch();
  return async () => {
    // SQLite answers at once: without a pause nothing else in this process would have a turn until the end.
    await letOthersGo();
    await cores.wait(worked(), signal);
    worked = watch();
  };
}

function thisMachine(): Machine {
  return {
    times: readCoreTimes,
    seconds: stopwatch(),
    pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
  };
}

/** Where the system does not tell niced work apart (Windows), typesetting sees itself and uses a core less. */
function readCoreTimes(): CoreTimes {
  const sum = { cores: 0, busy: 0, all: 0 };
  for (const { times } of cpus()) {
    const busy = times.user + times.sys + times.irq;
    sum.cores += 1;
    sum.busy += busy;
    sum.all += busy + times.nice + times.idle;
  }
  return sum;
}
