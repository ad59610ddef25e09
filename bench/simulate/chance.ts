/** Chance that can be repeated: the same seed gives the same weeks. */

export interface Chance {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number;
  between(low: number, high: number): number;
  pick<T>(of: readonly T[]): T;
}

/** Mulberry32: 32 bits of state are enough for one run, and each run has a seed of its own. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    pick: <T>(of: readonly T[]) => of[Math.floor(next() * of.length)] as T,
  };
}
