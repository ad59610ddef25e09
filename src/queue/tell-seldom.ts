/** Trouble that repeats is told seldom: an outage must not flood the log. */
import { stopwatch } from '../clock.ts';
import type { QueueEvents } from './queue.ts';

export type Tell = (name: string, sentence: string) => void;

/** Passes the first sentence of a name on, and after it one each `interval` milliseconds, with how many it held back. */
export function tellSeldom(onError: QueueEvents['onError'], interval: number): Tell {
  const told = new Map<string, { seconds: () => number; heldBack: number }>();
  return (name, sentence) => {
    const last = told.get(name);
    if (last && last.seconds() * 1000 < interval) {
      last.heldBack += 1;
      return;
    }
    told.set(name, { seconds: stopwatch(), heldBack: 0 });
    const more = last?.heldBack ? ` (and ${last.heldBack} more of the kind since)` : '';
    onError(name, new Error(sentence + more));
  };
}
