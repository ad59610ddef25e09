/** `npm run bench`: measures, prints, and writes what `docs/performance.md` shows. */
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createClosers } from '../src/closers.ts';
import { growth } from './growth.ts';
import { intake } from './intake.ts';
import { letters } from './letters.ts';
import { machineOf } from './machine.ts';
import { writePage } from './page.ts';
import { benchFolder, openPlace, type Place, type Servers } from './place.ts';
import { forgetProfiles, readProfiles } from './profile.ts';
import { createProgress, type Progress } from './progress.ts';
import { keepResults, readResults, type PartResult, type Results } from './results.ts';
import type { Scenario } from './scenario.ts';
import { petitions } from './petitions.ts';
import { stages } from './stages.ts';

const scenarios: readonly Scenario[] = [intake, letters, stages, growth, petitions];

interface Options extends Servers {
  only: Scenario[];
  json: string;
  quick: boolean;
  profile: boolean;
  docs: boolean;
}

function scenariosNamed(names: string): Scenario[] {
  return names.split(',').map((name) => {
    const scenario = scenarios.find((each) => each.name === name.trim());
    if (!scenario) throw new InvalidArgumentError(`There are ${scenarios.map((each) => each.name).join(', ')}.`);
    return scenario;
  });
}

const { only, ...options } = new Command('npm run bench --')
  .description('Measures todoke beside what it is compared with, on this machine.')
  .option('--only <parts>', `some of ${scenarios.map(({ name }) => name).join(',')}`, scenariosNamed, [...scenarios])
  .option(
    '--json <file>',
    'where results are kept; parts that do not run now stay in it',
    join(benchFolder, 'results.json'),
  )
  .option('--quick', 'a few minutes instead of half an hour; figures that mean little', false)
  .option('--profile', 'keep CPU profiles of the services instead of figures: profiling slows them', false)
  .option('--docs', 'measure nothing, write docs/performance.md from what is kept; a full run does so by itself', false)
  .option('--mysql <url>', 'a server of MariaDB or MySQL to make a database on, instead of an own MariaDB')
  .option('--redis <url>', 'a Redis to use, instead of an own one')
  .parse()
  .opts<Options>();

const progress = createProgress();
const everything = only.length === scenarios.length && !options.quick && !options.profile;
const results = options.docs ? readResults(options.json) : await measure();
if (results && (everything || options.docs)) await writePage(results);

async function measure(): Promise<Results | undefined> {
  const closers = createClosers();
  const stop = (): void => void closers.closeAll().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const place = await openPlace(options);
    closers.add(place.close);
    forgetProfiles();
    const machine = await machineOf(place);
    let results: Results | undefined;
    for (const scenario of only) {
      const part = await runOne(scenario, place, progress);
      const found = options.profile
        ? { parts: {}, profiles: readProfiles() }
        : { parts: { [scenario.name]: part }, profiles: {} };
      results = keepResults(options.json, { machine, ...found });
    }
    progress.line(`\nkept in ${options.json}`);
    return results;
  } finally {
    await closers.closeAll();
  }
}

/** Runs one part on an empty database, and ends everything it started. */
async function runOne(scenario: Scenario, place: Place, shownBy: Progress): Promise<PartResult> {
  const closers = createClosers();
  const { quick, profile } = options;
  shownBy.heading(scenario.title);
  const start = performance.now();
  try {
    await place.emptyDatabase();
    const outcome = await scenario.run({ place, progress: shownBy, quick, profile, closing: closers.add });
    shownBy.outcome(outcome);
    const command = `npm run bench${quick ? ' -- --quick' : ''}`;
    const seconds = Math.round((performance.now() - start) / 1_000);
    return { ...outcome, title: scenario.title, day: new Date().toISOString().slice(0, 10), command, quick, seconds };
  } finally {
    await closers.closeAll();
  }
}
