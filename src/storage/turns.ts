/** At most so many at a time; the others wait in the order they came. */

export interface Turns {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nobody runs and nobody waits. */
  idle(): Promise<void>;
}

export function createTurns(places: number): Turns {
  const waiting: (() => void)[] = [];
  let quiet: (() => void)[] = [];
  let busy = 0;

  return {
    async run(work) {
      if (busy >= places) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else busy -= 1;
        if (busy === 0) for (const resolve of quiet.splice(0)) resolve();
      }
    },
    idle: () => (busy === 0 ? Promise.resolve() : new Promise<void>((resolve) => (quiet = [...quiet, resolve]))),
  };
}
