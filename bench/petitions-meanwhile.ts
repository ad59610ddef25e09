/** What the web and the mailer still do while a petition is made on the same machine: rates with it and without, in turns. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { usualNice } from '../src/petitions/give-way.ts';
import { makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import { rateOf, type Outcome } from './figures.ts';
import { inTurns, type Making } from './in-turns.ts';
import type { petitionsPart } from './parts/petitions.ts';
import type { sink } from './parts/sink.ts';
import { whileCompiling } from './petitions-compiled.ts';
import type { Bench } from './scenario.ts';
import { startTodoke } from './sides/todoke.ts';
import { startSigning } from './signing.ts';

/** Measured for many times as long as a volume takes, beside a petition that takes longer. */
const size = { names: 200_000, burst: 60_000, warm: 5_000, letters: { letters: 15_000, warm: 1_000 }, rounds: 5 };
const quickSize = { names: 30_000, burst: 3_000, warm: 500, letters: { letters: 1_200, warm: 200 }, rounds: 1 };

const words = { alone: 'no petition being made', beside: 'while one is made' };

export async function meanwhile(bench: Bench, outcome: Outcome): Promise<void> {
  outcome.conditions.push(
    `meanwhile: a petition of ${(bench.quick ? quickSize : size).names.toLocaleString('en')} names is made by a process with the role petitions alone, at the usual niceness, on the same ${availableParallelism()} cores, which the load, MariaDB, Redis and the sink share too`,
  );
  await whileSigning(bench, outcome);
  await whileSending(bench, outcome);
  await whileCompiling(bench, outcome);
}

/** Signatures a second over HTTP. */
async function whileSigning(bench: Bench, outcome: Outcome): Promise<void> {
  const { names, burst, warm, rounds } = bench.quick ? quickSize : size;
  const signing = await startSigning(bench);
  await signing.burst(warm);
  await inTurns(bench, outcome, {
    ...words,
    name: 'petitions.meanwhile.web',
    label: 'signatures',
    rounds,
    measure: () => signing.burst(burst),
    begin: () => make(bench, names),
  });
  await signing.close();
  outcome.troubles.push(...signing.web.troubles);
}

/** Letters a second, from queued to written down. */
async function whileSending(bench: Bench, outcome: Outcome): Promise<void> {
  await bench.place.emptyDatabase();
  const { names, letters, rounds } = bench.quick ? quickSize : size;
  const server = startChild<typeof sink>('sink');
  bench.closing(server.close);
  const side = await startTodoke(
    {
      bench,
      sink: server,
      connections: 10,
      id: 'meanwhile',
      port: await server.ask('open', 0),
      campaigns: makeCampaigns(join(bench.place.folder, 'campaigns-1'), 1),
    },
    letters,
  );
  await side.send(letters.warm);
  await inTurns(bench, outcome, {
    ...words,
    name: 'petitions.meanwhile.mailer',
    label: 'letters',
    rounds,
    async measure() {
      await server.ask('reset');
      return rateOf(await side.send(letters.letters), letters.warm);
    },
    begin: () => make(bench, names),
  });
  await side.close();
  outcome.troubles.push(...side.fleet.all.flatMap((service) => service.troubles));
  await server.close();
}

/** Begins the files of a petition in a process of its own that is up already, without a database. */
async function make(bench: Bench, names: number): Promise<Making> {
  const maker = startChild<typeof petitionsPart>('petitions');
  bench.closing(maker.close);
  await maker.ask('ready');
  let isMade = false;
  const made = maker.ask('make', { names, nice: usualNice }).finally(() => (isMade = true));
  // What went wrong is told at the end.
  made.catch(() => undefined);
  return {
    isMade: () => Promise.resolve(isMade),
    async end() {
      await made;
      await maker.close();
    },
  };
}
