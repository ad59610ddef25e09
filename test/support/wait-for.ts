/** Waits for a fact, and throws with what it last saw when the fact never comes. */
import { inspect } from 'node:util';

/** Asks until `is` accepts the answer. */
export async function waitFor<T>(
  ask: () => T | Promise<T>,
  is: (seen: T) => boolean,
  what = 'the expected',
  within = 15_000,
): Promise<T> {
  const until = performance.now() + within;
  for (;;) {
    const seen = await ask();
    if (is(seen)) return seen;
    if (performance.now() > until) throw new Error(`waited for ${what}; last saw ${inspect(seen, { depth: 5 })}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
