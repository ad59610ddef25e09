/** The time that a reply asks us to wait. */
import { day, minute, second } from '../clock.ts';
import { replyTextLimit } from '../outbox/smtp-reply.ts';

/** Shortest and longest wait that a reply may ask for, in seconds. */
const shortestWait = minute / second;
const longestWait = day / second;

const waitInWords =
  /\b(?:again|retry|back|wait|return|resend|delayed|deferred|gr[ea]y ?-?list(?:ed|ing)?|later)\b[^.\d]{0,40}\b(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/;
const waitAsClock = /\b(?:again|retry|back|wait|return|in)\b[^.\d]{0,20}\b(\d{1,3}):([0-5]\d):([0-5]\d)\b/;

/** Seconds to wait when the words name a time ("try again in 5 minutes"), between one minute and one day. */
export function namedWait(text: string): number | undefined {
  const words = text.slice(0, replyTextLimit).toLowerCase();
  const clock = waitAsClock.exec(words);
  const spoken = waitInWords.exec(words);
  let seconds: number;
  if (clock) seconds = Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  else if (spoken)
    seconds = Number(spoken[1]) * { s: 1, m: 60, h: 3600 }[(spoken[2] ?? 's').charAt(0) as 's' | 'm' | 'h'];
  else return undefined;
  return Math.min(Math.max(seconds, shortestWait), longestWait);
}
