/** How many letters may leave for a target now: a smooth bucket, in the target's own working hours. */
import type { Pace } from '../campaigns/campaign.ts';
import { hour, minute, second, type Instant } from '../clock.ts';

export interface Allowance {
  /** Letters that may leave now. */
  letters: number;
  /** The bucket after `used` of them left. */
  after(used: number): Instant;
}

/**
 * One letter every `1/perHour` hours. After a pause the bucket makes up for at most one minute of it, so an
 * hour's allowance is never spent in its first second.
 */
export function allowance(pace: Pace, now: Instant, nextReleaseAt: Instant, timeZone: string): Allowance {
  const gap = hour / pace.perHour;
  const start = Math.max(nextReleaseAt, now - minute);
  const open = isOfficeHour(pace, now, timeZone);
  const letters = !open || start > now ? 0 : Math.floor((now - start) / gap) + 1;
  return { letters, after: (used) => (used === 0 ? nextReleaseAt : Math.round(start + used * gap)) };
}

/** Whether the target takes letters at this time of its day. */
export function isOfficeHour(pace: Pace, now: Instant, timeZone: string): boolean {
  if (pace.hours.from === 0 && pace.hours.to === 24) return true;
  const local = Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(now));
  return local >= pace.hours.from && local < pace.hours.to;
}

/** Longer ahead nobody plans. */
const mostHoursAhead = 100 * 24;

/**
 * About when the last of `letters` will have left, at this pace and in these hours, when nothing comes between.
 * Undefined when that is more than a hundred days away.
 */
export function lastLeaves(
  pace: Pace,
  letters: number,
  { from, timeZone }: { from: Instant; timeZone: string },
): Instant | undefined {
  let left = (letters / pace.perHour) * hour;
  let at = from;
  for (let n = 0; n < mostHoursAhead && left > 0; n += 1) {
    const next = at - (at % hour) + hour;
    const used = isOfficeHour(pace, at, timeZone) ? Math.min(left, next - at) : 0;
    left -= used;
    at = left > 0 ? next : at + used;
  }
  return left > 0 ? undefined : at;
}

/** What a server's answer means for the pace. A full mailbox needs more rest than one that is asked too fast. */
export type PaceWord = 'slower' | 'full' | 'through';

/** Halvings at most: a letter every two hours where it was one every two minutes. */
const mostHalvings = 6;
const stepOf: Readonly<Record<PaceWord, number>> = { slower: 1, full: 2, through: -1 };

/**
 * Milliseconds without a letter after the latest of these words, in their order. Each bad word halves the pace (a full
 * mailbox quarters it), each letter that gets through takes one halving back.
 */
export function restAfter(words: readonly PaceWord[], perHour: number): number {
  const halvings = words.reduce((sum, word) => Math.min(Math.max(sum + stepOf[word], 0), mostHalvings), 0);
  const rest = halvings === 0 ? 0 : (hour / perHour) * 2 ** halvings;
  // The pump comes by once a second: a shorter rest is none.
  return rest < second ? 0 : rest;
}
