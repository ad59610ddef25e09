import { afterEach, describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { siteTable } from '../../src/outbox/site-table.ts';
import {
  accepts,
  disconnects,
  dropsAfterDot,
  full,
  greylists,
  refusesByPolicy,
} from '../../src/embassy/personalities.ts';
import { doubtTwice } from '../support/doubt-twice.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

describe('a letter on its way', () => {
  test('is accepted, and delivered when no bounce comes', async () => {
    app = await startTestApp({ personality: accepts() });
    for (const n of [1, 2, 3]) await app.sign(n);
    await app.until({ accepted: 3 });
    app.clock.move(2 * day - minute);
    await app.until({ accepted: 3 });
    app.clock.move(2 * minute);
    await app.until({ delivered: 3 });
    expect(app.embassy.received).toHaveLength(3);
  });

  test('waits out a greylist, and goes once', async () => {
    app = await startTestApp({ personality: greylists() });
    await app.sign(1);
    await app.until({ queued: 1 });
    await waitFor(
      () => app.database.read.countBy(attemptTable, { verdict: 'deferred' }),
      (n) => n === 1,
      'a deferred attempt',
    );
    app.clock.move(7 * minute);
    await app.until({ accepted: 1 });
    expect(app.embassy.received).toHaveLength(1);
  });

  test('keeps its return path over midnight, by which a greylist knows it', async () => {
    app = await startTestApp({ personality: greylists() });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(attemptTable, { verdict: 'deferred' }),
      (n) => n === 1,
      'a deferred attempt',
    );
    app.clock.move(25 * hour);
    await app.until({ accepted: 1 });
    expect(await app.database.read.countBy(attemptTable, { verdict: 'deferred' })).toBe(1);
  });

  test('waits hours for a full mailbox', async () => {
    app = await startTestApp({ personality: full() });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(attemptTable, { verdict: 'deferred' }),
      (n) => n === 1,
      'a deferred attempt',
    );
    app.embassy.become(accepts());
    app.clock.move(hour);
    await app.until({ queued: 1 });
    app.clock.move(2 * hour);
    await app.until({ accepted: 1 });
  });

  test('that was refused by policy goes on paper, once', async () => {
    app = await startTestApp({ personality: refusesByPolicy() });
    await app.sign(1);
    await app.until({ for_hand: 1 });
    expect(await app.database.read.count(attemptTable)).toBe(1);
  });

  test('is not doubted when the server hung up before asking for it', async () => {
    app = await startTestApp({ personality: disconnects({ stage: 'rcpt', times: 1 }) });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(attemptTable, { verdict: 'unreachable' }),
      (n) => n === 1,
      'an unreachable attempt',
    );
    app.clock.move(10 * minute);
    await app.until({ accepted: 1 });
    expect(app.embassy.received).toHaveLength(1);
  });
});

describe('a letter in doubt', () => {
  test('is sent once more with the same bytes when its server dropped the line after the dot', async () => {
    app = await startTestApp({ personality: dropsAfterDot({ times: 1, taken: true }) });
    await app.sign(1);
    await app.until({ in_doubt: 1 });
    app.clock.move(31 * minute);
    await app.until({ accepted: 1 });
    const [first, second] = app.embassy.received;
    expect(app.embassy.received).toHaveLength(2);
    expect(second?.raw.toString()).toBe(first?.raw.toString());
  });

  test('goes on paper after a second doubt: there is no third try', async () => {
    app = await startTestApp({ personality: dropsAfterDot() });
    await doubtTwice(app);
    expect(app.embassy.received.length).toBe(2);
  });
});

test('trouble of ours pauses all sending and blames nobody', async () => {
  app = await startTestApp({
    personality: {
      name: 'knows us not',
      answer: ({ stage }) => (stage === 'rcpt' ? { say: '554 5.7.1 <x@y>: Relay access denied' } : undefined),
    },
  });
  for (let n = 0; n < 6; n += 1) await app.sign(n);
  const site = await waitFor(
    () => app.database.read.findOneBy(siteTable, { id: 'smtp' }),
    (seen) => (seen?.pausedUntil ?? 0) > app.clock.now(),
    'a paused site',
  );
  expect(site?.reason).toContain('our-config');
  await app.until({ queued: 6 });
  app.embassy.become(accepts());
  app.clock.move(hour);
  await app.until({ accepted: 6 });
  expect(await app.database.read.findOneBy(siteTable, { id: 'smtp' })).toMatchObject({ strikes: 0 });
});

test('letters leave at the pace of their target, not faster', async () => {
  app = await startTestApp({ env: { PACE_PER_HOUR: '30' } });
  for (let n = 0; n < 5; n += 1) await app.sign(n);
  await app.until({ accepted: 1, queued: 4 });
  app.clock.move(2 * minute);
  await app.until({ accepted: 2, queued: 3 });
  app.clock.move(10 * hour);
  // A long sleep does not make a flood: the bucket holds one minute.
  await app.until({ accepted: 3, queued: 2 });
});
