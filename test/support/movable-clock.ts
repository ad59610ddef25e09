/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/clock.ts';

export interface MovableClock extends Clock {
  /** Moves forward by milliseconds. */
  move(by: number): void;
  set(to: number): void;
}

export function movableClock(start = Date.UTC(2020, 5, 15, 3)): MovableClock {
  let now = start;
  return {
    now: () => now,
    move(by) {
      now += by;
    },
    set(to) {
      now = to;
    },
  };
}

/** The time of this machine, for what really takes time; it cannot be moved. */
export function realClock(): MovableClock {
  const fixed = (): never => {
    throw new Error('this clock cannot be moved');
  };
  return { now: () => Date.now(), move: fixed, set: fixed };
}
