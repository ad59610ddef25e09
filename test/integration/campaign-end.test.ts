import { afterEach, describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { accepts } from '../../src/embassy/personalities.ts';
import { letterHistoryTable } from '../../src/letters/letter-table.ts';
import { readChannel } from '../../src/outbox/channel-table.ts';
import { campaignsWhere } from '../support/campaigns-where.ts';
import { movableClock } from '../support/movable-clock.ts';
import { campaign, startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

/** The sample campaign ends with 31 August 2020 in Tokyo. */
const end = Date.parse('2020-09-01T00:00:00+09:00');

const start = (env: Record<string, string> = {}) =>
  startTestApp({
    personality: accepts(),
    clock: movableClock(end - 10 * minute),
    env: {
      CAMPAIGNS_DIR: campaignsWhere([{ id: 'office', mailboxes: ['office@office.example'] }]),
      PACE_PER_HOUR: '30',
      CAMPAIGN_GRACE: '2h',
      ...env,
    },
  });

describe('after the end of a campaign', () => {
  test('letters go on at their pace, and what is left after the grace goes on paper: never a flood', async () => {
    app = await start();
    for (let n = 0; n < 8; n += 1) expect((await app.sign(n)).status).toBe(202);
    await app.until({ accepted: 1, queued: 7 });
    app.clock.set(end + minute);
    expect((await app.sign(100)).status).toBe(409);
    // One more: the bucket of the pace holds a minute, whatever the day.
    await app.until({ accepted: 2, queued: 6 });
    app.clock.move(2 * minute);
    await app.until({ accepted: 3, queued: 5 });
    app.clock.set(end + 2 * hour - 1);
    await app.until({ accepted: 4, queued: 4 });
    app.clock.set(end + 2 * hour);
    await app.until({ accepted: 4, for_hand: 4 });
    expect(app.embassy.received).toHaveLength(4);
    const moves = await app.database.read.findBy(letterHistoryTable, { to: 'for_hand' });
    expect(moves.map(({ reason }) => reason)).toEqual(Array.from({ length: 4 }, () => 'the campaign has ended'));
    const petition = await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target: 'office' });
    expect(petition.body).toMatchObject({ names: 4 });
  });

  test('a channel that reopens brings no name back to the mail', async () => {
    app = await start();
    const path = `/v1/campaigns/${campaign}/targets/office/channel`;
    await app.call('POST', path, { mode: 'hand', reason: 'They asked for paper.' });
    for (let n = 0; n < 3; n += 1) await app.sign(n);
    await app.until({ for_hand: 3 });
    app.clock.set(end + 3 * hour);
    await app.call('POST', path, { mode: 'mail', reason: 'They read mail again.' });
    await waitFor(
      () => readChannel(app.database.read, 'office'),
      ({ probeAt }) => probeAt === null,
      'the pump to have looked for names that go back',
    );
    await app.until({ for_hand: 3 });
    expect(await app.database.read.countBy(letterHistoryTable, { from: 'for_hand' })).toBe(0);
    expect(app.embassy.received).toHaveLength(0);
  });

  test('a rehearsal that is kept open goes on', async () => {
    app = await start({ KEEP_OPEN: 'yes', PACE_PER_HOUR: '1000000' });
    app.clock.set(end + 30 * day);
    await app.sign(1);
    await app.until({ accepted: 1 });
  });
});
