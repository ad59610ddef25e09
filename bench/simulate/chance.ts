/** Chance that can be repeated: the same seed gives the same weeks. */

import { seededRandom } from '../../test/support/seeded-random.ts';

export interface Chance {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number;
  between(low: number, high: number): number;
  pick<T>(of: readonly T[]): T;
}

/** Each run has a seed of its own. */
export function chanceOf(seed: number): Chance {
  const next = seededRandom(seed);
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    pick: <T>(of: readonly T[]) => of[Math.floor(next() * of.length)] as T,
  };
}
