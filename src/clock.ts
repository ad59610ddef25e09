/** Time, passed in, so that a test can move a week in a millisecond. No other file asks the system for the time. */

/** An instant: milliseconds since 1970-01-01T00:00:00Z. Rows, jobs and rules all speak this. */
export type Instant = number;

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Seconds of a monotonic watch, for measuring how long something took; never for rows. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
