/** The columns of a plot: counts by hour put into hours or days as the people of a time zone know them. */
import { day, hour, type Instant } from '../../../clock.ts';
import type { ActivityCount } from '../../../ledger/activity.ts';
import type { Column } from './bars.ts';

export interface Span {
  from: Instant;
  to: Instant;
  by: 'hour' | 'day';
  timeZone: string;
  /** The tag that dates are written in. */
  dates: string;
}

/** One column for each hour or day of the span, empty ones included. */
export function columnsOf(counts: readonly ActivityCount[], { from, to, by, timeZone, dates }: Span): Column[] {
  const nameOf = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    ...(by === 'hour' && { timeStyle: 'short', hourCycle: 'h23' }),
  });
  const long = new Intl.DateTimeFormat(dates, {
    timeZone,
    dateStyle: 'long',
    ...(by === 'hour' && { timeStyle: 'short' }),
  });
  const short = new Intl.DateTimeFormat(dates, {
    timeZone,
    ...(by === 'hour'
      ? // The same hour stands on several days.
        ({ ...(to - from > day && { day: 'numeric' }), hour: 'numeric', minute: '2-digit' } as const)
      : ({ month: 'short', day: 'numeric' } as const)),
  });
  const columns = new Map<string, Column & { counts: Record<string, number> }>();
  // Hours are walked for days too: where the clocks change, a day has 23 or 25.
  for (let at = from - (from % hour); at < to; at += hour) {
    const name = nameOf.format(at);
    if (!columns.has(name)) columns.set(name, { label: long.format(at), tick: short.format(at), counts: {} });
  }
  for (const { at, kind, n } of counts) {
    const column = columns.get(nameOf.format(at));
    if (column) column.counts[kind] = (column.counts[kind] ?? 0) + n;
  }
  return [...columns.values()];
}

/** Hours while everything happened within three days, else days, sixty at most. */
export function spanOf(counts: readonly ActivityCount[], now: Instant): Pick<Span, 'from' | 'to' | 'by'> {
  const first = Math.min(now, ...counts.map(({ at }) => at));
  const to = now - (now % hour) + hour;
  if (now - first < 3 * day) return { from: to - 3 * day, to, by: 'hour' };
  return { from: Math.max(first, to - mostDays * day), to, by: 'day' };
}
export const mostDays = 60;
