/** Dates and times as a reader writes them. */
import type { Instant } from '../../clock.ts';
import { minute } from '../../clock.ts';

/** An instant in words, and for the `datetime` attribute. Both to the minute. */
export interface Moment {
  text: string;
  iso: string;
}

/** `dates` is the tag from the words, `timeZone` the campaign's. */
export function moment(at: Instant, dates: string, timeZone: string): Moment {
  const text = new Intl.DateTimeFormat(dates, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(at);
  const iso = new Date(at - (at % minute)).toISOString().replace(':00.000Z', 'Z');
  return { text, iso };
}

/** A calendar day, given as `YYYY-MM-DD`. */
export function dayInWords(day: string, dates: string): string {
  return new Intl.DateTimeFormat(dates, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(day));
}

/** `Asia/Tokyo` as people call it: "Japan Time". */
export function zoneName(timeZone: string, dates: string): string {
  const parts = new Intl.DateTimeFormat(dates, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}
