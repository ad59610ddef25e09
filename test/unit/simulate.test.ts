import { describe, expect, test } from 'vitest';
import { chanceOf } from '../../bench/simulate/chance.ts';
import { addStory, emptyMeasures, quantile, type Measures } from '../../bench/simulate/measure.ts';
import { runTarget } from '../../bench/simulate/run-target.ts';
import { seedOf } from '../../bench/simulate/seeds.ts';
import { worlds } from '../../bench/simulate/worlds.ts';

/** A look at what `npm run simulate` does ten thousand times. */
const runs = 15;

function measure(id: string): Measures {
  const world = worlds.find((candidate) => candidate.id === id);
  if (!world) throw new Error(`there is no world ${id}`);
  const measures = emptyMeasures();
  for (let run = 0; run < runs; run += 1) addStory(measures, world, runTarget(world, chanceOf(seedOf(1, id, run))));
  return measures;
}

describe('the simulated worlds', () => {
  test.each(worlds.filter(({ innocent }) => innocent).map(({ id }) => id))('%s: nobody is shut', (id) => {
    const { falseSwitches, letters } = measure(id);
    expect(letters).toBeGreaterThan(1_000);
    expect(falseSwitches).toBe(0);
  });

  test.each([
    ['block', 5],
    ['block-dsn', 5],
    ['dead', 3],
    ['dead-dsn', 4],
  ])('%s: seen after %i letters in most runs', (id, most) => {
    const { shutRuns, unseen, lettersUntil } = measure(id);
    expect(shutRuns).toBe(runs);
    expect(unseen).toBe(0);
    expect(quantile(lettersUntil, 0.5)).toBeLessThanOrEqual(most);
    expect(lettersUntil[0]).toBeGreaterThan(1);
  });

  test('what nobody can see is claimed by nobody', () => {
    const { unseen, shutRuns, wronglyDelivered } = measure('silent');
    expect(unseen).toBe(shutRuns);
    expect(wronglyDelivered).toBeGreaterThan(100);
  });

  test('the same seed tells the same story', () => {
    expect(measure('block')).toEqual(measure('block'));
  });
});
