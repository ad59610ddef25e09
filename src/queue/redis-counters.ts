/** Counters that all processes share, in Redis. While it is away, each process counts alone. */
import { second } from '../clock.ts';
import { asError } from '../errors.ts';
import { windowAt, type Counters } from './counters.ts';
import { createEmbeddedCounters } from './embedded-counters.ts';
import { letGo, reachRedis, sentenceOf } from './redis.ts';
import { tellSeldom } from './tell-seldom.ts';
import { within } from './within.ts';

interface Needs {
  url: string;
  /** Begins every key, so that several installations can share one Redis. */
  prefix: string;
  now(): number;
  onError(error: Error): void;
}

/** Milliseconds that a person's form waits for Redis. */
const patience = second;
const startWithin = 5 * second;

/** Throws `unavailable` when Redis cannot be reached at the start. */
export async function openRedisCounters({ url, prefix, now, onError }: Needs): Promise<Counters> {
  const tell = tellSeldom((_name, error) => onError(error), 5 * second);
  const trouble = (error: Error): void => tell('counters', sentenceOf(error));
  const connection = await reachRedis(url, startWithin, `${prefix}-counters`, trouble);
  const alone = createEmbeddedCounters(now);
  return {
    async count(name, window) {
      const { number, left } = windowAt(now(), window);
      const key = `${prefix}:count:${window}:${name}:${number}`;
      try {
        const answers = await within(patience, connection.multi().incr(key).pexpire(key, window).exec());
        const times = Number(answers?.[0]?.[1]);
        if (times > 0) return { times, left };
      } catch (thrown) {
        trouble(asError(thrown));
      }
      return alone.count(name, window);
    },
    close: () => Promise.resolve(letGo(connection)),
  };
}
