/** A breaker: closed, open for a while, then half-open, when one real letter tries. A pure machine without rows. */
import { hour, minute, second, type Instant } from '../clock.ts';

export interface Breaker {
  /** Nothing leaves before. While a letter tries, its end is waited for until then. */
  pausedUntil: Instant;
  /** Troubles in a row; each makes the next wait longer. 0: closed. */
  strikes: number;
  /** The one letter that tries, once it was let go. */
  probe: string | null;
  /** When it was last opened or closed. */
  since: Instant;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

/** The first wait and the longest: each trouble in a row doubles it. */
interface Waits {
  first: number;
  longest: number;
}

/** Who refuses us does not think better of it within seconds; a relay that starts again does. */
export const waits = {
  refused: { first: minute, longest: hour },
  unreachable: { first: 10 * second, longest: 10 * minute },
  // The relay takes the letter that tries all the same, and the next report comes later: no hurry.
  reported: { first: hour, longest: 6 * hour },
} as const satisfies Record<string, Waits>;

/** Closed as long as no trouble came; open until its wait ends; then half-open, also while a letter tries. */
export function breakerState({ strikes, pausedUntil, probe }: Breaker, now: Instant): BreakerState {
  if (strikes === 0) return 'closed';
  return pausedUntil > now && probe === null ? 'open' : 'half-open';
}

/**
 * After trouble: open for the next wait. What letters say that left before it opened counts once; the letter that
 * tries is listened to.
 */
export function trip(breaker: Breaker, trouble: { of: Waits; byProbe: boolean }, now: Instant): Breaker {
  if (breaker.pausedUntil > now && !trouble.byProbe) return breaker;
  const strikes = breaker.strikes + 1;
  const wait = Math.min(trouble.of.first * 2 ** (strikes - 1), trouble.of.longest);
  return { strikes, pausedUntil: now + wait, probe: null, since: now };
}

/** Lets one letter try, and waits for its end: at most `patience` milliseconds. */
export function startProbe(breaker: Breaker, letterId: string, patience: number, now: Instant): Breaker {
  return { ...breaker, probe: letterId, pausedUntil: now + patience };
}

/** The letter that tried came to an end that proves nothing: the next one tries at once. */
export function nextProbe(breaker: Breaker, now: Instant): Breaker {
  return { ...breaker, probe: null, pausedUntil: now };
}

/** All is well again. */
export function close(now: Instant): Breaker {
  return { strikes: 0, pausedUntil: 0, probe: null, since: now };
}
