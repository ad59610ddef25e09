/** What the bench measures: figures with one value a round, their goals, and the arithmetic on them. */

export type Unit = '/s' | '×' | 'µs' | 'ms' | 's' | 'MB' | 'B/letter' | 'bytes';

export interface Figure {
  /** Never changes: `letters.at-once.loop.ratio`. */
  name: string;
  /** Heading that it stands under in a table. */
  group: string;
  /** What a person reads. */
  label: string;
  unit: Unit;
  /** One value per round, in the order of the rounds. */
  rounds: number[];
  /** Standard error, where a figure is fitted and not repeated. */
  error?: number;
  goal?: Goal;
}

/** `least` and `most` are reached by the median. `zero`: not further from 0 than two standard errors, or than `within` of the figure's unit. */
export type Goal = { least: number } | { most: number } | { zero: true; within: number };

/** Points of a plot. */
export interface Series {
  name: string;
  label: string;
  points: [x: number, y: number][];
}

/** One part of the bench with everything that is known about it. */
export interface Outcome {
  figures: Figure[];
  series: Series[];
  /** Conditions that a reader needs to judge the figures. */
  conditions: string[];
  /** Sides that could not run, and what they need. Never estimated. */
  leftOut: { side: string; because: string }[];
  /** Error lines of the services: a bench that measures failures shall not look fast. */
  troubles: string[];
}

export function emptyOutcome(): Outcome {
  return { figures: [], series: [], conditions: [], leftOut: [], troubles: [] };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

/** True or false where there is a goal. */
export function reached({ rounds, goal, error = 0 }: Figure): boolean | undefined {
  if (!goal) return undefined;
  if ('least' in goal) return median(rounds) >= goal.least;
  if ('most' in goal) return median(rounds) <= goal.most;
  return Math.abs(median(rounds)) <= Math.max(2 * error, goal.within);
}

/** The quotient of two figures, round by round: both sides of a round ran right after each other. */
export function ratio(name: string, label: string, above: Figure, below: Figure, least?: number): Figure {
  const rounds = above.rounds.map((value, round) => value / (below.rounds[round] ?? Number.NaN));
  return { name, group: above.group, label, unit: '×', rounds, ...(least === undefined ? {} : { goal: { least } }) };
}

/**
 * Letters per second between the `warm`-th and the last of these instants (milliseconds, any order). What goes before
 * is warming up: connections, compiled code, full caches.
 */
export function rateOf(times: readonly number[], warm: number): number {
  const sorted = Float64Array.from(times).sort();
  const [first, last] = [sorted[warm - 1] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  return ((sorted.length - warm) * 1_000) / (last - first);
}

/** The straight line through points by least squares, with the standard error of its slope. */
export function slopeOf(points: Series['points']): { slope: number; error: number } {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spreadX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spreadX;
  const left = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(left / (n - 2) / spreadX) };
}
