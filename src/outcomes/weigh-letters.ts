/** How strongly the letters of a target speak for a shut door: a sequential test (Page's chart of Wald's ratios). */
import { day, minute, type Instant } from '../clock.ts';
import type { HeardOutcome, LetterWord } from './heard.ts';

/**
 * The shares of letters that end so at an open and at a shut door. Those of an open door are set higher than we
 * expect, so that the stated error holds; `docs/channel.md` tells what follows from each.
 */
export const odds = {
  open: {
    /** Turned away by accident: a filter's mood, words that we read wrongly. */
    blocked: { session: 0.005, report: 0.007 },
    dead: { session: 0.0002, report: 0.0005 },
    passing: 0.1,
    ours: 0.02,
  },
  shut: { refused: 0.9, through: 0.04, passing: 0.05, ours: 0.005 },
  /**
   * A whole signer domain may be in trouble by itself (its DMARC policy, say), in words that we take for a block.
   * Letters of one domain are therefore not independent: per letter such trouble begins and ends with these chances,
   * and while it lasts so many of its letters are turned away.
   */
  domainTrouble: { begins: { blocked: 0.00025, dead: 0.00005 }, ends: 0.02, refused: 0.95 },
  /**
   * Our own address or domain may be in trouble, and not every reply says so: per try such trouble begins and ends with
   * these chances, and while it lasts so many tries are called ours, refused in words of a block, or taken.
   */
  ourTrouble: { begins: 0.00002, ends: 0.02, ours: 0.8, refused: 0.15, through: 0.05 },
} as const;

/** A shut door is taken for open with `beta`; an open one for shut about once in 1/`alpha` letters. */
export const errors = { alpha: 1e-7, beta: 0.01 } as const;

/** The weight at which a channel is shut: ln((1 − beta) / alpha). */
export const enough = Math.log((1 - errors.beta) / errors.alpha);

/**
 * More is not kept: however many refusals came before, some three letters that get through afterwards speak for an open
 * door again. A stack of real reports, played back for letters of last week, so weighs no more than a few.
 */
const most = enough + 2 * Math.log((odds.shut.through + odds.shut.refused) / odds.shut.through);

/** Half of the reports about refused letters have come after this long, unless those that came took longer. */
const reportHalf = 20 * minute;

/** A report that comes sooner than this after its letter is prompt. */
const prompt = 30 * minute;
/** Signer domains whose letters must have come back before a late report is believed. */
const others = 3;

export interface Weight {
  /** Natural logarithm of how many times likelier a shut door is. */
  sum: number;
  /** The refusals since the point at which a shut door became the likelier story. */
  refusals: readonly HeardOutcome[];
  /** Letters that got through since the same point. */
  through: number;
}

/** What else could explain the refusals, as far as the letters told by now. */
interface Suspicion {
  /** For each signer domain, the chance that it is in trouble by itself. */
  domains: Map<string, { blocked: number; dead: number }>;
  /** The chance that the trouble is ours. */
  ours: number;
}

/**
 * Weighs the letters in the order in which they left. The sum never falls below nothing: a door that was open for
 * weeks may be shut today. Where refusals came by report, a letter that left a moment ago has not got through yet.
 */
export function weighLetters(words: readonly LetterWord[], now: Instant): Weight {
  const reports = reportsIn(words);
  const half = usualDelay(reports);
  const suspicion: Suspicion = { domains: new Map(), ours: 0 };
  let [sum, through] = [0, 0];
  let refusals: HeardOutcome[] = [];
  for (const word of words) {
    switch (word.says) {
      case 'refused':
        if (isFresh(word.outcome, reports)) {
          sum = Math.min(sum + weightOfRefusal(suspicion, word), most);
          refusals.push(word.outcome);
        }
        break;
      case 'through':
        sum += weightOfThrough(suspicion, word.domain, half > 0 ? stillToCome(now - word.at, half) : 0);
        through += 1;
        break;
      case 'ours':
        sum += weightOfOurs(suspicion);
        break;
      case 'passing':
        sum += Math.log(odds.shut.passing / odds.open.passing);
        break;
    }
    if (sum > 0) continue;
    [sum, through, refusals] = [0, 0, []];
  }
  return { sum, refusals, through };
}

/**
 * Somebody who got hold of old letters can play back real reports for them, but for no letter that leaves from then on.
 * So a report weighs when it comes promptly, or when those of other signers had come back within the day before its
 * letter left.
 */
function isFresh({ trust, at, sentAt, signerDomain }: HeardOutcome, reports: readonly HeardOutcome[]): boolean {
  if (trust === 'session' || at - sentAt <= prompt) return true;
  const before = reports.filter((report) => report.at < sentAt && report.at >= sentAt - day);
  return (
    new Set(before.map((report) => report.signerDomain).filter((domain) => domain !== signerDomain)).size >= others
  );
}

function reportsIn(words: readonly LetterWord[]): HeardOutcome[] {
  return words.flatMap((word) => (word.says === 'refused' && word.outcome.trust !== 'session' ? [word.outcome] : []));
}

/** How long reports take here: the median, and not less than is usual. 0 when no refusal came by report. */
function usualDelay(reports: readonly HeardOutcome[]): number {
  if (reports.length === 0) return 0;
  const delays = reports.filter((report) => isFresh(report, reports)).map(({ at, sentAt }) => at - sentAt);
  delays.sort((a, b) => a - b);
  return Math.max(delays[delays.length >> 1] ?? 0, reportHalf);
}

/** The share of reports that have not come yet when a letter is this old: after the usual delay half, then a third … */
function stillToCome(age: number, half: number): number {
  return 1 / (1 + Math.max(age, 0) / half);
}

/** Bayes' rule for trouble that may have begun or ended since the last word: the chance of it before this one. */
function onward(chance: number, begins: number, ends: number): number {
  return chance * (1 - ends) + (1 - chance) * begins;
}

function weightOfRefusal(suspicion: Suspicion, { cause, domain, outcome }: LetterWord & { says: 'refused' }): number {
  const { domainTrouble, ourTrouble } = odds;
  const trouble = troubleOf(suspicion, domain);
  const before = onward(trouble[cause], domainTrouble.begins[cause], domainTrouble.ends);
  const byDomain = before * domainTrouble.refused;
  const byAccident = (1 - before) * odds.open[cause][outcome.trust === 'session' ? 'session' : 'report'];
  trouble[cause] = byDomain / (byDomain + byAccident);
  const oursBefore = onward(suspicion.ours, ourTrouble.begins, ourTrouble.ends);
  // Our trouble never reads as a mailbox that does not exist.
  const byOurs = cause === 'dead' ? 0 : oursBefore * ourTrouble.refused;
  const open = byOurs + (1 - oursBefore) * (byDomain + byAccident);
  suspicion.ours = byOurs / open;
  return Math.log(odds.shut.refused / open);
}

function weightOfThrough(suspicion: Suspicion, domain: string, unheard: number): number {
  const { domainTrouble, ourTrouble, shut } = odds;
  // What got through ends each suspicion; one that may still come back does so in part.
  const trouble = troubleOf(suspicion, domain);
  for (const cause of ['blocked', 'dead'] as const) {
    const inTrouble = trouble[cause] * (1 - domainTrouble.refused * (1 - unheard));
    trouble[cause] = inTrouble / (inTrouble + 1 - trouble[cause]);
  }
  const before = onward(suspicion.ours, ourTrouble.begins, ourTrouble.ends);
  const inTrouble = before * (ourTrouble.through + (1 - ourTrouble.through) * unheard);
  suspicion.ours = inTrouble / (inTrouble + 1 - before);
  return Math.log((shut.through + shut.refused * unheard) / (shut.through + shut.refused));
}

function weightOfOurs(suspicion: Suspicion): number {
  const { ourTrouble, open, shut } = odds;
  const before = onward(suspicion.ours, ourTrouble.begins, ourTrouble.ends);
  const inTrouble = before * ourTrouble.ours;
  const said = inTrouble + (1 - before) * open.ours;
  suspicion.ours = inTrouble / said;
  return Math.log(shut.ours / said);
}

function troubleOf({ domains }: Suspicion, domain: string): { blocked: number; dead: number } {
  let trouble = domains.get(domain);
  if (!trouble) domains.set(domain, (trouble = { blocked: 0, dead: 0 }));
  return trouble;
}
