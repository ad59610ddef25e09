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

/** Two calendar days as one period: "1–30 June 2020", in Japanese "2020年6月1日～2020年6月30日". */
export function periodInWords(from: string, to: string, dates: string): string {
  // Intl writes a range of Japanese days with slashes.
  if (dates.startsWith('ja')) return `${dayInWords(from, dates)}～${dayInWords(to, dates)}`;
  const format = new Intl.DateTimeFormat(dates, { dateStyle: 'long', timeZone: 'UTC' });
  return format.formatRange(Date.parse(from), Date.parse(to));
}

/** `Asia/Tokyo` as people call it: "Japan Time". */
export function zoneName(timeZone: string, dates: string): string {
  const parts = new Intl.DateTimeFormat(dates, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}
