/** Which pictures `docs/channel.md` shows, and what they are drawn from. */
import { barPlot, linePlot, type Bar } from '../plots.ts';
import { chanceOf } from './chance.ts';
import { quantile } from './measure.ts';
import type { Result } from './page.ts';
import { runTarget, type Story } from './run-target.ts';
import { seedOf } from './seeds.ts';

export interface Picture {
  /** `innocent`, `guilty`, `after`, or the id of a world. */
  about: string;
  file: string;
  /** Its words for who cannot see it. */
  words: string;
  svg: string;
}

/** Runs among which one is picked to be shown. */
const lookedAt = 50;

export function pictures(results: readonly Result[], seed: number): Picture[] {
  const drawn: Picture[] = [];
  const bars = (
    about: string,
    name: string,
    title: string,
    of: readonly Result[],
    bar: (result: Result) => Bar,
    line?: { at: number; text: string },
  ): void => {
    const list = of.map(bar);
    const description = list.map(({ label, text }) => `${label}: ${text}`).join('. ');
    const svg = barPlot({ title, description, groups: [{ heading: '', bars: list }], ...(line ? { line } : {}) });
    drawn.push({ about, file: `channel-${name}.svg`, words: title, svg });
  };
  const innocent = results.filter(({ world }) => world.innocent);
  const seen = results.filter(({ measures }) => measures.lettersUntil.length > 0);
  const guilty = results.filter(({ world }) => !world.innocent);
  bars('innocent', 'false', 'False switches in all runs', innocent, falseBar, { at: 1, text: 'one' });
  const median = (name: string, about: string, title: string, unit: string, list: (result: Result) => number[]) =>
    bars(about, name, title, seen, (result) => {
      const value = quantile(list(result), 0.5);
      return { label: result.world.title, value, text: `${value.toFixed(unit === 'h' ? 1 : 0)} ${unit}` };
    });
  median(
    'letters',
    'guilty',
    'Letters until the door is known to be shut (median)',
    'letters',
    (r) => r.measures.lettersUntil,
  );
  median('hours', 'guilty', 'Hours until then (median)', 'h', (r) => r.measures.hoursUntil);
  bars('after', 'wrong', 'Letters of a run counted as delivered that never arrived', guilty, ({ world, measures }) => {
    const value = measures.wronglyDelivered / measures.runs;
    return { label: world.title, value, text: value.toFixed(2), good: value < 1 };
  });
  median('recovery', 'after', 'Hours until an open door is used again (median)', 'h', (r) => r.measures.recovery);
  for (const result of results) drawn.push(oneRun(result, seed));
  return drawn;
}

function falseBar({ world, measures: { falseSwitches } }: Result): Bar {
  return { label: world.title, value: falseSwitches, text: String(falseSwitches), good: falseSwitches === 0 };
}

function oneRun({ world }: Result, seed: number): Picture {
  const stories = Array.from({ length: world.innocent ? lookedAt : 1 }, (_, run) =>
    runTarget(world, chanceOf(seedOf(seed, world.id, run)), true),
  );
  const peak = (story: Story): number => Math.max(0, ...story.weights.map(([, sum]) => sum));
  const shown = stories.reduce((best, story) => (peak(story) > peak(best) ? story : best));
  const points: [number, number][] = [[0, 0]];
  for (const [days, sum] of shown.weights) {
    const last = points.at(-1);
    if (last && Math.abs(last[1] - sum) < 0.05) continue;
    if (last) points.push([days, last[1]]);
    points.push([days, sum]);
  }
  points.push([14, points.at(-1)?.[1] ?? 0]);
  const title = `${world.title}: the weight of the letters`;
  const description = `The weight rises to ${peak(shown).toFixed(1)}; at 16.1 the channel is shut.`;
  const within = points.filter(([days]) => days <= 14);
  const svg = linePlot({ title, description, points: within, x: 'days', y: 'weight', logarithmic: false });
  return { about: world.id, file: `channel-${world.id}.svg`, words: `${title}. ${description}`, svg };
}
