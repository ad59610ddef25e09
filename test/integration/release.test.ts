import { afterEach, describe, expect, test } from 'vitest';
import { createCampaignBook } from '../../src/campaigns/campaign-book.ts';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { minute } from '../../src/clock.ts';
import { insertLetters, letterTable } from '../../src/letters/letter-table.ts';
import { releaseLetters } from '../../src/outbox/release-letters.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { letterRow } from '../support/rows.ts';
import { startTestApp, target, type TestApp } from '../support/start-app.ts';

let app: TestApp;
afterEach(() => app.stop());

/** A queue in which so many jobs wait; notes what it is asked for. */
function queueWith(waiting: number): Pick<Queue, 'ask' | 'waiting'> & { released: string[] } {
  const released: string[] = [];
  return {
    released,
    waiting: () => Promise.resolve(waiting),
    ask: (_name, job) => Promise.resolve(void ('letterIds' in job && released.push(...job.letterIds))),
  };
}

describe('the pump', () => {
  test('leaves the backlog in its rows: a part at a time, and nothing while the mailers do not follow', async () => {
    // The service itself is kept from releasing: its timer comes once.
    app = await startTestApp({ env: { RELEASE_EVERY: '1h' } });
    const book = createCampaignBook(await loadCampaigns('campaigns'));
    const letters = Array.from({ length: 6_000 }, (_, n) => letterRow(`r${String(n).padStart(15, '0')}`, { target }));
    await app.database.write((transaction) => insertLetters(transaction, letters, 'signed'));
    app.clock.move(minute);
    const { database, clock } = app;
    const release = async (waiting: number): Promise<string[]> => {
      const queue = queueWith(waiting);
      const needs = { database, clock, queue: queue as unknown as Queue, book, pacePerHour: 1e9, lease: 15 * minute };
      await releaseLetters(needs);
      return queue.released;
    };
    expect(await release(500)).toEqual([]);
    expect(await release(Infinity)).toEqual([]);
    const first = await release(499);
    expect(first).toHaveLength(5_000);
    const second = await release(0);
    expect(second).toHaveLength(1_000);
    expect(new Set([...first, ...second]).size).toBe(6_000);
    // All are queued still: a reminder is no move.
    expect(await database.read.countBy(letterTable, { state: 'queued' })).toBe(6_000);
  });
});
