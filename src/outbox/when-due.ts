/** About when a letter leaves: reckoned from the pace of its target and the letters before it, never promised. */
import { LessThan } from 'typeorm';
import type { Pace } from '../campaigns/campaign.ts';
import { day, hour, minute, type Instant } from '../clock.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Transaction } from '../storage/database.ts';
import { isOfficeHour } from './pace.ts';

/** Letters counted and days looked ahead, at most: beyond that nobody can say. */
const mostCounted = 1_000;
const mostAhead = 14 * day;

/** How many letters of its target are due before this one; undefined for more than are counted. */
export async function lettersBefore(
  reader: Transaction,
  { target, dueAt }: Pick<Letter, 'target' | 'dueAt'>,
): Promise<number | undefined> {
  const rows = await reader.find(letterTable, {
    select: { id: true },
    where: { target, state: 'queued', dueAt: LessThan(dueAt) },
    take: mostCounted + 1,
  });
  return rows.length > mostCounted ? undefined : rows.length;
}

/**
 * When a letter leaves that has so many before it, in the office hours of the target; undefined when that is too far
 * away to say.
 */
export function leavesAbout(
  pace: Pace,
  timeZone: string,
  { start, before }: { start: Instant; before: number },
): Instant | undefined {
  let left = before;
  let at = start;
  while (at < start + mostAhead) {
    const next = at - (at % (30 * minute)) + 30 * minute;
    const room = isOfficeHour(pace, at, timeZone) ? ((next - at) / hour) * pace.perHour : 0;
    if (left < room) return Math.round(at + (left / pace.perHour) * hour);
    left -= room;
    at = next;
  }
  return undefined;
}
