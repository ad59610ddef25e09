/** Trouble is looked at at once; good news, which a fast mailer brings all the time, once a second. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReviewAsker } from '../../src/outcomes/ask-for-review.ts';
import type { Queue } from '../../src/queue/queue.ts';

const asked: unknown[] = [];
const queue: Pick<Queue, 'ask'> = {
  ask(name, job) {
    asked.push([name, job]);
    return Promise.resolve();
  },
};

beforeEach(() => {
  asked.length = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

it('asks at once after trouble, each time', async () => {
  const reviews = createReviewAsker(queue);
  await reviews.ask('a', true);
  await reviews.ask('a', true);
  expect(asked).toEqual([
    ['review-channel', { target: 'a' }],
    ['review-channel', { target: 'a' }],
  ]);
});

it('asks once a second for good news about a target, and never forgets the last', async () => {
  const reviews = createReviewAsker(queue);
  for (const target of ['a', 'b', 'a', 'a']) await reviews.ask(target, false);
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual([
    ['review-channel', { target: 'a' }],
    ['review-channel', { target: 'b' }],
  ]);
  await reviews.ask('a', false);
  vi.advanceTimersByTime(1_000);
  expect(asked).toHaveLength(3);
});
