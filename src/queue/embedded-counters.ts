/** Counters of one process, in memory: a restart begins anew. */
import { windowAt, type Counters } from './counters.ts';

/** Beyond this, what came least lately is forgotten: memory stays bounded, whoever sends what. */
const mostNames = 100_000;

export function createEmbeddedCounters(now: () => number): Counters {
  const counts = new Map<string, { number: number; times: number }>();
  return {
    count(name, window) {
      const { number, left } = windowAt(now(), window);
      const key = `${window}:${name}`;
      const before = counts.get(key);
      const times = before?.number === number ? before.times + 1 : 1;
      counts.delete(key);
      counts.set(key, { number, times });
      const [oldest] = counts.keys();
      if (counts.size > mostNames && oldest !== undefined) counts.delete(oldest);
      return Promise.resolve({ times, left });
    },
    close: () => Promise.resolve(),
  };
}
