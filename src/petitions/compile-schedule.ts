/** When a schedule compiles petitions: days of the calendar, in the campaign's own time zone. Pure. */
import { weekdays, type CompileSchedule } from '../campaigns/campaign.ts';
import { day, type Instant } from '../clock.ts';
import { localDate } from '../intake/signature.ts';

/** The local date of the latest occasion that is not in the future; undefined for a schedule without a calendar. */
export function latestOccasion(
  { every, on = 'monday', at }: Pick<CompileSchedule, 'every' | 'on' | 'at'>,
  timeZone: string,
  now: Instant,
): string | undefined {
  if (every === undefined) return undefined;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short', hourCycle: 'h23' }).format(now);
  // From here on a day is a number, so that no change of the clocks comes in between.
  const today = Math.round(Date.parse(`${localDate(now, timeZone)}T00:00:00Z`) / day);
  const latest = time >= at ? today : today - 1;
  const back = every === 'daily' ? 0 : (weekdayOf(latest) - weekdays.indexOf(on) + 7) % 7;
  return new Date((latest - back) * day).toISOString().slice(0, 10);
}

/** 0 for Monday; the first day of 1970 was a Thursday. */
function weekdayOf(dayNumber: number): number {
  return (dayNumber + 3) % 7;
}
