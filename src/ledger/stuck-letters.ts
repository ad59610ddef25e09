/** Letters that should have gone on by themselves and have not: what no rule explains, a person has to look at. */
import { LessThan, MoreThan } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Pace } from '../campaigns/campaign.ts';
import { hour, minute, type Instant } from '../clock.ts';
import { letterTable } from '../letters/letter-table.ts';
import { attemptTable } from '../outbox/attempt-table.ts';
import { readChannel } from '../outbox/channel-table.ts';
import { gateOf, readGates } from '../outbox/gate.ts';
import type { Database } from '../storage/database.ts';

export interface StuckTarget {
  target: string;
  /** Letters that are due. */
  letters: number;
  /** When the oldest of them was due. */
  since: Instant;
}

/** The sweep comes by every few seconds; this long after its time a letter waits for nobody. */
const sweepPatience = 15 * minute;

/** Whether waits that the timers end are not ended: no process with that role runs, or it fails. */
export async function timersAreLate({ read }: Database, now: Instant): Promise<boolean> {
  for (const state of ['sending', 'in_doubt', 'accepted'] as const) {
    const late = await read.findOne(letterTable, {
      select: { id: true },
      where: { state, dueAt: LessThan(now - sweepPatience) },
    });
    if (late) return true;
  }
  return false;
}

/** Targets whose mail is open and held by nobody, with due letters and no conversation for a long time. */
export async function stuckTargets(
  { read }: Database,
  book: CampaignBook,
  { now, pacePerHour }: { now: Instant; pacePerHour: number | undefined },
): Promise<StuckTarget[]> {
  const gates = await readGates(read);
  const found: StuckTarget[] = [];
  for (const { id, pace } of book.targets) {
    if (gateOf(gates, id, now) !== 'open') continue;
    if ((await readChannel(read, id)).mode !== 'mail') continue;
    const patience = patienceOf(pace, pacePerHour);
    const where = { target: id, state: 'queued', dueAt: LessThan(now - patience) } as const;
    const oldest = await read.findOne(letterTable, { select: { dueAt: true }, where, order: { dueAt: 'ASC' } });
    if (!oldest) continue;
    const tried = { target: id, endedAt: MoreThan(now - patience) };
    if (await read.findOne(attemptTable, { select: { id: true }, where: tried })) continue;
    found.push({ target: id, letters: await read.countBy(letterTable, where), since: oldest.dueAt });
  }
  return found;
}

/** Twice the time between two letters, an hour at least; where the office has hours, a night and a weekend's morning. */
function patienceOf(pace: Pace, pacePerHour: number | undefined): number {
  const { hours, perHour } = pace;
  const between = hour / (pacePerHour ?? perHour);
  return Math.max(hours.from === 0 && hours.to === 24 ? hour : 25 * hour, 2 * between);
}
