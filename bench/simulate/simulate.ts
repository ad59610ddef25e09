/** `npm run simulate`: targets through two weeks of scripted worlds, decided on by the real code. `--runs`, `--world`: to try. */
import { parseArgs } from 'node:util';
import { stopwatch } from '../../src/clock.ts';
import { chanceOf } from './chance.ts';
import { addStory, emptyMeasures, quantile, shareUpTo, type Measures } from './measure.ts';
import { writePage, type Result } from './page.ts';
import { runTarget } from './run-target.ts';
import { seedOf } from './seeds.ts';
import { worlds } from './worlds.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '20200529' },
    world: { type: 'string' },
  },
});
const runs = Number(options.runs);
const seed = Number(options.seed);

const whole = stopwatch();
const results: Result[] = [];
for (const world of worlds) {
  if (options.world !== undefined && options.world !== world.id) continue;
  const time = stopwatch();
  const measures = emptyMeasures();
  for (let run = 0; run < runs; run += 1)
    addStory(measures, world, runTarget(world, chanceOf(seedOf(seed, world.id, run))));
  results.push({ world, measures });
  process.stdout.write(`${sentence(world.id, measures)}; ${time().toFixed(0)} s\n`);
}
// A part of the worlds, or a few runs, are for trying.
if (options.world === undefined && runs >= 10_000) await writePage(results, { seed, seconds: whole() });

function sentence(id: string, measures: Measures): string {
  const { falseSwitches, falseRuns, shutRuns, unseen, lettersUntil, reportsUntil, hoursUntil, recovery } = measures;
  const three = (list: number[], digits = 0): string =>
    [0.5, 0.95, 1].map((share) => quantile(list, share).toFixed(digits)).join('/');
  return [
    `${id}: ${measures.runs} runs, ${measures.letters} letters, ${falseSwitches} false in ${falseRuns}`,
    shutRuns > 0
      ? `shut ${shutRuns}, unseen ${unseen}, letters ${three(lettersUntil)} (≤5: ${(shareUpTo(lettersUntil, 5) * 100).toFixed(1)} %), reports ${three(reportsUntil)} (≤5: ${(shareUpTo(reportsUntil, 5) * 100).toFixed(1)} %), hours ${three(hoursUntil, 1)}, recovery ${three(recovery, 1)}`
      : '',
    `wrongly ${measures.wronglyDelivered} of ${measures.swallowed}, slowed ${(measures.slowedHours / measures.runs).toFixed(1)} h`,
  ].join('; ');
}
