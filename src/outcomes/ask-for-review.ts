/** Who asks for a look at a target's channel, and how often: trouble at once, good news once a second. */
import { second } from '../clock.ts';
import type { Queue } from '../queue/queue.ts';

/** Milliseconds of real time between two looks that only good news asks for. */
const goodNewsEvery = second;

export interface ReviewAsker {
  /** Asks for a review of this target. `trouble`: something other than a 250 was heard. */
  ask(target: string, trouble: boolean): Promise<void>;
}

/**
 * A fast mailer brings good news a hundred times a second, and each look costs a transaction; what it can do, end a
 * slowed or a probing time, is not in such a hurry. A look that is lost with this process is made up by the sweep.
 */
export function createReviewAsker(queue: Pick<Queue, 'ask'>): ReviewAsker {
  const waiting = new Set<string>();
  return {
    async ask(target, trouble) {
      if (trouble) return queue.ask('review-channel', { target });
      if (waiting.has(target)) return;
      waiting.add(target);
      setTimeout(() => {
        waiting.delete(target);
        void queue.ask('review-channel', { target });
      }, goodNewsEvery).unref();
    },
  };
}
