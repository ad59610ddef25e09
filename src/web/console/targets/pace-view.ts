/** How fast letters leave for a target, and until about when those that wait will have left. */
import type { Target } from '../../../campaigns/campaign.ts';
import { slowedPace, type Channel } from '../../../outbox/channel-table.ts';
import { lastLeaves } from '../../../outbox/pace.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { counted } from '../petitions/standing.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { targetWords } from './target-words.ts';

export interface PaceView {
  campaign: string;
  now: string;
  isReplaced: boolean;
  hours: string;
  /** Until when the target is left in peace, when that is worth telling. */
  rest: string | undefined;
  waiting: string;
  until: string;
}

/** A gap shorter than two ordinary ones is no rest. */
const gaps = 2;

export function paceView(
  { clock, review }: Pick<ConsoleNeeds, 'clock' | 'review'>,
  visit: StaffVisit,
  {
    target,
    channel,
    waiting,
    isHeld,
    zone,
  }: {
    target: Target;
    channel: Channel;
    /** Letters that are due by mail, now or later. */
    waiting: number;
    isHeld: boolean;
    zone: string | undefined;
  },
): PaceView {
  const words = visit.words(targetWords).pace;
  const { from, to } = target.pace.hours;
  const perHour = review.pacePerHour ?? target.pace.perHour;
  const actual = channel.mode === 'mail' ? perHour : slowedPace(perHour);
  const now = clock.now();
  const isResting = channel.nextReleaseAt - now > (gaps * 3_600_000) / actual;
  const start = Math.max(now, channel.nextReleaseAt);
  const last = lastLeaves({ ...target.pace, perHour: actual }, waiting, { from: start, timeZone: target.timeZone });
  const said = (n: number): string => fill(words['per-hour'], counted(visit, { n }));
  const goes = channel.mode !== 'hand' && !isHeld;
  return {
    campaign: said(target.pace.perHour),
    now: goes ? said(actual) : words.held,
    isReplaced: review.pacePerHour !== undefined,
    hours: from === 0 && to === 24 ? words['all-day'] : fill(words['hours-text'], { from, to, zone: target.timeZone }),
    rest: isResting && goes ? visit.moment(channel.nextReleaseAt, zone).text : undefined,
    waiting: waiting === 0 ? words.none : counted(visit, { n: waiting }).n,
    until: !goes || waiting === 0 ? '' : last === undefined ? words.far : visit.moment(last, zone).text,
  };
}
