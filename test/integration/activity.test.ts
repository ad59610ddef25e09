/** What happened in each hour, as the plots show it: counted from the rows, and the same however often it is asked for. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { accepts, refusesByPolicy, storm4xx } from '../../src/embassy/personalities.ts';
import { createActivity, type Activity } from '../../src/ledger/activity.ts';
import { campaign, startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
let activity: Activity;
let start: number;

beforeEach(async () => {
  app = await startTestApp();
  activity = createActivity(app);
  start = app.clock.now();
});
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

/** `hour kind n`, hours counted from the start. */
async function told(of: Activity = activity, until = app.clock.now() + 1): Promise<string[]> {
  const counts = await of.between(start, until);
  expect(new Set(counts.map((each) => each.campaign))).toEqual(new Set(counts.length > 0 ? [campaign] : []));
  return counts.map(({ at, kind, n }) => `${(at - start) / hour} ${kind} ${n}`).toSorted();
}

test('stands in its hour, also after the hour is over, and for who asks for the first time', async () => {
  for (let n = 0; n < 3; n += 1) await app.sign(n);
  await app.until({ accepted: 3 });
  expect(await told()).toEqual(['0 accepted 3', '0 signed 3']);
  // Asked for and not over: the next one is counted too.
  await app.sign(3);
  await app.until({ accepted: 4 });
  expect(await told()).toEqual(['0 accepted 4', '0 signed 4']);
  app.clock.move(hour + 20 * minute);
  await app.sign(4);
  await app.until({ accepted: 5 });
  const now = ['0 accepted 4', '0 signed 4', '1 accepted 1', '1 signed 1'];
  expect(await told()).toEqual(now);
  app.clock.move(3 * day);
  expect(await told()).toEqual(now);
  expect(await told()).toEqual(now);
  expect(await told(createActivity(app))).toEqual(now);
});

test('tells what was put off from what was refused, and what came back by whose failure it was', async () => {
  app.embassy.become(storm4xx());
  await app.sign(1);
  await waitFor(
    () => told(),
    (seen) => seen.some((each) => each.startsWith('0 put-off')),
    'a letter that was put off',
  );
  app.clock.move(hour);
  app.embassy.become(refusesByPolicy());
  for (let n = 2; n < 6; n += 1) await app.sign(n);
  await waitFor(
    () => told(),
    (seen) => seen.some((each) => each.startsWith('1 refused')),
    'a letter that was refused',
  );
  app.embassy.become(accepts());
});

test('is nothing before anything happened, and nothing of what lies outside of the span', async () => {
  expect(await told()).toEqual([]);
  await app.sign(1);
  await app.until({ accepted: 1 });
  app.clock.move(2 * hour);
  expect(await activity.between(start + hour, app.clock.now())).toEqual([]);
  expect(await activity.between(start - 30 * day, start)).toEqual([]);
});
