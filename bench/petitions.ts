/** Petitions: seconds from a list of names to all of its files, and the memory it takes. */
import { availableParallelism } from 'node:os';
import { startChild } from './child.ts';
import { emptyOutcome, type Figure } from './figures.ts';
import { meanwhile } from './petitions-meanwhile.ts';
import type { petitionsPart, PetitionCost } from './parts/petitions.ts';
import { usualNice } from '../src/petitions/give-way.ts';
import type { Scenario } from './scenario.ts';

const mostMb = 600;
const sizes: { names: number; most: number; rounds: number; quick: boolean }[] = [
  { names: 1_000, most: 1.5, rounds: 5, quick: true },
  { names: 10_000, most: 3, rounds: 5, quick: true },
  { names: 100_000, most: 15, rounds: 3, quick: false },
  { names: 1_000_000, most: 150, rounds: 1, quick: false },
];

export const petitions: Scenario = {
  name: 'petitions',
  title: 'Petitions: from a list of names to volumes, CSV and manifest',
  async run(bench) {
    const { progress, quick, closing } = bench;
    const outcome = emptyOutcome();
    outcome.conditions.push(
      `names in 13 languages and scripts, volumes of 10,000, ${availableParallelism()} volumes at a time, each typeset by a process of its own at low priority`,
      'a fresh process for each size and round; what is written goes to no disk',
      'processor time: of the process and of all its children together, whatever else the machine was doing',
      'the same list made twice must give the same bytes, or this part fails',
    );
    for (const { names, most, rounds, quick: short } of sizes.filter((size) => size.quick || !quick)) {
      const taken: PetitionCost[] = [];
      for (let round = 0; round < (quick && short ? 1 : rounds); round += 1) {
        progress.step(`${names.toLocaleString('en')} names`, round, rounds);
        const child = startChild<typeof petitionsPart>('petitions');
        closing(child.close);
        taken.push(await child.ask('make', { names, nice: usualNice }));
        await child.close();
      }
      if (new Set(taken.map(({ bytes }) => bytes)).size > 1) throw new Error('one list made different bytes');
      const figure = (kind: keyof PetitionCost, label: string, unit: 's' | 'MB', goal?: number): Figure => ({
        name: `petitions.${names}.${kind}`,
        group: `${names.toLocaleString('en')} names`,
        label,
        unit,
        rounds: taken.map((one) => Number(one[kind])),
        ...(goal !== undefined && { goal: { most: goal } }),
      });
      outcome.figures.push(
        figure('seconds', 'until all is made', 's', most),
        figure('cpuSeconds', 'processor time', 's'),
        figure('parentMb', 'memory of the process', 'MB', mostMb),
        figure('childMb', 'memory of the largest child', 'MB', mostMb),
      );
    }
    await meanwhile(bench, outcome);
    return outcome;
  },
};
