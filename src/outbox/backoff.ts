/** When a letter is tried again after passing trouble. */
import { hour, minute, type Instant } from '../clock.ts';

/** Five and ten minutes cover greylisting; RFC 5321 §4.5.4.1 asks for half an hour in general and four to five days. */
const waits = [5 * minute, 10 * minute, 20 * minute, 40 * minute, 80 * minute, 160 * minute, 4 * hour];

/**
 * Milliseconds until the next attempt after `attempts` tries, ±20 % so that letters deferred together do not
 * come back together. `asked` is what the server named, in seconds, and wins when it is longer.
 * `random` gives 0 (inclusive) to 1 (exclusive).
 */
export function backoff(attempts: number, asked: number | undefined, random: () => number): Instant {
  const wait = waits[Math.min(Math.max(attempts, 1), waits.length) - 1] ?? 4 * hour;
  const jittered = Math.round(wait * (0.8 + 0.4 * random()));
  return asked === undefined ? jittered : Math.max(asked * 1000, Math.min(jittered, 10 * minute));
}
