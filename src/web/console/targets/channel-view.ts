/** A channel and its switches as staff read them: one sentence each, and the evidence behind it. */
import { day, hour, minute, type Instant } from '../../../clock.ts';
import { onlyByStaff } from '../../../outcomes/decision.ts';
import type { Channel, ChannelSwitch } from '../../../outbox/channel-table.ts';
import type { Moment } from '../../pages/page-dates.ts';
import { counted } from '../petitions/standing.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { heardView, lookUp, replyOf, type HeardView } from './heard-view.ts';
import { targetWords } from './target-words.ts';

/** What a page about one target tells times and names by. */
export interface Telling {
  zone: string | undefined;
  /** Who decided: the name of an account, or of a key. */
  nameOf(by: string): string;
}

export interface SwitchView {
  id: string;
  at: Moment;
  mode: string;
  to: ChannelSwitch['to'];
  why: string;
  /** What the server said, in one sentence; empty when it said nothing that counted. */
  said: string;
  rule: string;
  by: string;
  /** Given by a person; undefined for a rule, whose reason is the sentence. */
  reason: string | undefined;
  /** Of the sequential test alone: other rules are plain limits. */
  confidence: string | undefined;
  counted: { letters: string; domains: string; accepted: string } | undefined;
  heard: readonly HeardView[];
  more: string | undefined;
}

/** Replies shown of one switch. */
const mostShown = 10;

export function switchView(visit: StaffVisit, change: ChannelSwitch, telling: Telling): SwitchView {
  const words = visit.words(targetWords);
  const { evidence, rule, by } = change;
  const { outcomes, letters, signerDomains: domains, accepted } = evidence;
  const more = outcomes.length - mostShown;
  const isByTest = rule.endsWith('-by-sequential-test');
  return {
    id: change.id,
    at: visit.moment(change.at, telling.zone),
    mode: words.modes[change.to],
    to: change.to,
    why: whyOf(visit, change, telling),
    said: saidOf(visit, change),
    rule,
    by: by === 'rule' ? words.evidence['by-rule'] : telling.nameOf(by),
    reason: by === 'rule' ? undefined : change.reason,
    confidence: isByTest ? percent(change.confidence, visit.frame.dates) : undefined,
    counted: outcomes.length > 0 || accepted > 0 ? counted(visit, { letters, domains, accepted }) : undefined,
    heard: heardView(visit, outcomes.slice(0, mostShown), telling.zone),
    more: more > 0 ? fill(words.evidence.more, counted(visit, { n: more })) : undefined,
  };
}

/** The mode and since when, in one sentence. */
export function nowSentence(visit: StaffVisit, { mode, since }: Channel, zone: string | undefined): string {
  const { now } = visit.words(targetWords);
  return since === 0 ? now.always : fill(now[mode], { time: visit.moment(since, zone).text });
}

/** What becomes of a shut channel by itself; empty for one that is open. */
export function probeSentences(
  visit: StaffVisit,
  { mode, probeAt, failedProbes }: Channel,
  zone: string | undefined,
): string[] {
  const { probe } = visit.words(targetWords);
  if (mode !== 'hand') return [];
  if (probeAt === null || probeAt === onlyByStaff) return [probe.staff];
  const due = fill(probe.due, { time: visit.moment(probeAt, zone).text });
  return failedProbes === 0 ? [due] : [due, fill(probe.failed, counted(visit, { n: failedProbes }))];
}

function whyOf(visit: StaffVisit, { rule, evidence, by }: ChannelSwitch, { nameOf }: Telling): string {
  const { why, through } = visit.words(targetWords);
  const { outcomes, accepted } = evidence;
  const numbers = counted(visit, { letters: evidence.letters, domains: evidence.signerDomains, accepted });
  return fill(lookUp(why, rule) ?? why.other, {
    ...numbers,
    rule,
    by: nameOf(by),
    span: spanInWords(
      outcomes.map(({ at }) => at),
      visit.frame.dates,
    ),
    through: accepted === 0 ? through.none : fill(through.some, { n: numbers.accepted }),
  });
}

/** The reply that was heard most often. */
function saidOf(visit: StaffVisit, { evidence }: ChannelSwitch): string {
  const words = visit.words(targetWords);
  const replies = Map.groupBy(evidence.outcomes.map(replyOf), (reply) => reply);
  const [most] = [...replies]
    .filter(([reply]) => reply !== '')
    .toSorted((one, other) => other[1].length - one[1].length);
  return most ? fill(replies.size > 1 ? words['said-most'] : words.said, { reply: most[0] }) : '';
}

/** From the first to the last of these: "5 minutes". */
function spanInWords(times: readonly Instant[], dates: string): string {
  const span = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  const [unit, size] =
    span > 2 * day
      ? (['day', day] as const)
      : span > 2 * hour
        ? (['hour', hour] as const)
        : (['minute', minute] as const);
  const n = Math.max(1, Math.ceil(span / size));
  return new Intl.NumberFormat(dates, { style: 'unit', unit, unitDisplay: 'long' }).format(n);
}

function percent(share: number, dates: string): string {
  const digits = { minimumFractionDigits: 0, maximumFractionDigits: 6 };
  return new Intl.NumberFormat(dates, { style: 'percent', roundingMode: 'floor', ...digits }).format(share);
}
