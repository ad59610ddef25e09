/** Replies that no rule knows, as staff read them: the words, how often and since when, and where they were said. */
import { day } from '../../../clock.ts';
import { mostLookedAt, type UnknownReply } from '../../../outcomes/unknown-replies.ts';
import type { Moment } from '../../pages/page-dates.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { counted } from '../petitions/standing.ts';
import { lookUp } from '../targets/heard-view.ts';
import { targetWords } from '../targets/target-words.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { reviewWords } from './review-words.ts';

export interface ReplyView {
  key: string;
  said: string;
  times: string;
  from: string;
  first: Moment;
  last: Moment;
  where: string;
}

/** Each has a form: fewer than rows of a list. */
const repliesAPage = 20;

/** One page of them, and the links to the others. They are sorted by how often they came, so pages go by number. */
export function replyPage(
  visit: StaffVisit,
  replies: readonly UnknownReply[],
  wrong: string | undefined,
): { replies: ReplyView[]; start: string | undefined; next: string | undefined } {
  const { from: asked } = visit.request.query;
  const given = typeof asked === 'string' && /^\d{1,4}$/.test(asked) ? Number(asked) : 0;
  // A form with a mistake is shown again on the page it stands on.
  const place = replies.findIndex(({ key }) => `reply-${key}` === wrong);
  const from = place < 0 ? given : place - (place % repliesAPage);
  const to = from + repliesAPage;
  return {
    replies: replies.slice(from, to).map((reply) => replyView(visit, reply)),
    start: from > 0 ? '/console/review' : undefined,
    next: to < replies.length ? `/console/review?from=${to}` : undefined,
  };
}

/** What is said about all of them. */
export function repliesOf(
  { config }: Pick<ConsoleNeeds, 'config'>,
  visit: StaffVisit,
): { intro: string; most: string } {
  const words = visit.words(reviewWords).replies;
  return {
    intro: fill(words.intro, counted(visit, { days: Math.round(config.GIVE_UP_AFTER / day) })),
    most: fill(words.limit, counted(visit, { n: mostLookedAt })),
  };
}

function replyView(visit: StaffVisit, reply: UnknownReply): ReplyView {
  const words = visit.words(reviewWords).replies;
  const { key, count, targets, signerDomains: domains, first, last, example } = reply;
  return {
    key,
    said: replyText(visit, { ...example, words: reply.words }),
    times: counted(visit, { n: count }).n,
    from: fill(words.from, counted(visit, { targets, domains })),
    first: visit.moment(first),
    last: visit.moment(last),
    where: stageName(visit, example.stage),
  };
}

export function stageName(visit: StaffVisit, stage: string): string {
  return lookUp(visit.words(targetWords).stages, stage) ?? stage;
}

/** Codes and words in one line. */
export function replyText(
  visit: StaffVisit,
  { code, enhanced, words }: { code: number | null; enhanced: string | null; words: string },
): string {
  const said = [code, enhanced, words].filter((part) => part !== null && part !== '').join(' ');
  return said || visit.words(reviewWords).replies['no-words'];
}
