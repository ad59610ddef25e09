/** The numbers that the metrics read from the rows at each scrape. */
import { IsNull, LessThan } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock } from '../clock.ts';
import type { Standing } from '../metrics.ts';
import { channelModes, readChannel } from '../outbox/channel-table.ts';
import { never } from '../notices/note-signed.ts';
import { noticeKinds, noticeTable } from '../notices/notice-table.ts';
import { readGates } from '../outbox/gate.ts';
import { ourSite, targetOf } from '../outbox/site-table.ts';
import { findOverdue } from '../petitions/overdue.ts';
import type { Database } from '../storage/database.ts';
import { stateNumbers } from './numbers.ts';

/** Those of who must confirm first, and is thanked after that, do not wait for us. */
async function waitingNotices({ read }: Database): Promise<Record<string, number>> {
  const waiting = Object.fromEntries(noticeKinds.map((kind) => [kind, 0]));
  for (const kind of noticeKinds)
    waiting[kind] = await read.countBy(noticeTable, { kind, endedAt: IsNull(), dueAt: LessThan(never) });
  return waiting;
}

export async function readStanding(database: Database, book: CampaignBook, clock: Clock): Promise<Standing> {
  const now = clock.now();
  const { letters, oldestSince } = await stateNumbers(database);
  const channels = Object.fromEntries(channelModes.map((mode) => [mode, 0])) as Record<
    (typeof channelModes)[number],
    number
  >;
  for (const target of book.targets) channels[(await readChannel(database.read, target.id)).mode] += 1;
  const oldestAge = Object.fromEntries(Object.keys(letters).map((state) => [state, 0]));
  for (const [state, since] of Object.entries(oldestSince)) oldestAge[state] = Math.max(0, (now - since) / 1000);
  const notices = await waitingNotices(database);
  const { breakers, paused } = await readGates(database.read);
  const targetsIn = (places: Iterable<string>): number =>
    [...places].filter((place) => targetOf(place) !== undefined).length;
  return {
    letters,
    oldestAge,
    channels,
    notices,
    petitionsOverdue: (await findOverdue(database.read, book, now)).length,
    sitePaused: (breakers.get(ourSite)?.pausedUntil ?? 0) > now,
    held: {
      siteByStaff: paused.has(ourSite),
      targetsByTrouble: targetsIn(breakers.keys()),
      targetsByStaff: targetsIn(paused),
    },
  };
}
