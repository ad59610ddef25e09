/** What the stories of one world come to: mistakes, how soon a true block is seen, what was wrongly believed. */
import { hour } from '../../src/clock.ts';
import type { Story } from './run-target.ts';
import type { World } from './world.ts';

export interface Measures {
  runs: number;
  letters: number;
  /** Switches to `hand` while mail could arrive, and the runs that had one. */
  falseSwitches: number;
  falseRuns: number;
  /** Runs whose door shut while letters were still leaving, and those of them that were never switched. */
  shutRuns: number;
  unseen: number;
  /** Of the true switches: letters first offered, reports heard and hours passed until then. Sorted. */
  lettersUntil: number[];
  reportsUntil: number[];
  hoursUntil: number[];
  /** Letters that never arrived and stand as delivered at the end, and all that did not arrive by mail. */
  wronglyDelivered: number;
  swallowed: number;
  /** Hours from the opening of the door to the full use of it. Sorted. */
  recovery: number[];
  /** Hours in which letters left at a slower pace. */
  slowedHours: number;
}

export function emptyMeasures(): Measures {
  return {
    runs: 0,
    letters: 0,
    falseSwitches: 0,
    falseRuns: 0,
    shutRuns: 0,
    unseen: 0,
    lettersUntil: [],
    reportsUntil: [],
    hoursUntil: [],
    wronglyDelivered: 0,
    swallowed: 0,
    recovery: [],
    slowedHours: 0,
  };
}

/** A report of a letter that left before the door opened may still come. */
const reportsCome = 12 * hour;

/** Fewer letters than this after the door shut are too few to see anything by. */
const enoughLetters = 10;

export function addStory(measures: Measures, world: World, { letters, switches, shut, end }: Story): void {
  measures.runs += 1;
  measures.letters += letters.length;
  const toHand = switches.filter(({ from, to }) => to === 'hand' && from !== 'probing');
  const isTrue = (at: number): boolean =>
    !world.innocent && shut !== undefined && at >= shut.from && at < shut.until + reportsCome;
  const mistakes = toHand.filter(({ at }) => !isTrue(at));
  measures.falseSwitches += mistakes.length;
  measures.falseRuns += mistakes.length > 0 ? 1 : 0;
  for (const [index, { at, to }] of switches.entries())
    if (to === 'slowed') measures.slowedHours += ((switches[index + 1]?.at ?? end) - at) / hour;
  for (const letter of letters) {
    if (letter.state === 'taken' && !letter.arrived) measures.wronglyDelivered += 1;
    if (letter.takenAt > 0 && !letter.arrived) measures.swallowed += 1;
  }
  if (!shut) return;
  const offered = letters.filter(
    ({ firstAttemptAt }) => firstAttemptAt !== null && firstAttemptAt >= shut.from && firstAttemptAt < shut.until,
  ).length;
  const first = toHand.find(({ at }) => isTrue(at));
  if (!first && offered < enoughLetters) return;
  measures.shutRuns += 1;
  if (!first) {
    measures.unseen += 1;
    return;
  }
  measures.lettersUntil.push(first.letters);
  measures.reportsUntil.push(first.reports);
  measures.hoursUntil.push((first.at - shut.from) / hour);
  const opened = switches.find(({ at, to }) => at >= shut.until && to === 'mail');
  if (opened) measures.recovery.push((opened.at - shut.until) / hour);
}

/** The value below which this share of a list lies. Sorts the list. */
export function quantile(list: number[], share: number): number {
  list.sort((a, b) => a - b);
  return list[Math.min(Math.floor(list.length * share), list.length - 1)] ?? Number.NaN;
}

/** The share of a list that is at most this. */
export function shareUpTo(list: readonly number[], most: number): number {
  return list.filter((value) => value <= most).length / list.length;
}
