/** What the web and the mailer still do while a petition is made on the same machine: rates with it and without, in turns. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { campaignOf, makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import { rateOf, ratio, type Figure, type Outcome } from './figures.ts';
import type { httpLoad } from './parts/http-load.ts';
import type { petitionsPart } from './parts/petitions.ts';
import type { sink } from './parts/sink.ts';
import { whileCompiling } from './petitions-compiled.ts';
import type { Bench } from './scenario.ts';
import { createKey, environmentOf, startService } from './service.ts';
import { usualNice } from '../src/petitions/give-way.ts';
import { startTodoke } from './sides/todoke.ts';

/** Measured for many times as long as a volume takes, beside a petition that takes longer. */
const size = { names: 200_000, burst: 60_000, warm: 5_000, letters: { letters: 15_000, warm: 1_000 }, rounds: 5 };
const quickSize = { names: 30_000, burst: 3_000, warm: 500, letters: { letters: 1_200, warm: 200 }, rounds: 1 };

/** Of its rate alone, what is left. */
const least = 0.9;

export async function meanwhile(bench: Bench, outcome: Outcome): Promise<void> {
  outcome.conditions.push(
    `meanwhile: a petition of ${(bench.quick ? quickSize : size).names.toLocaleString('en')} names is made by a process with the role petitions alone, at the usual niceness, on the same ${availableParallelism()} cores, which the load, MariaDB, Redis and the sink share too`,
  );
  await whileSigning(bench, outcome);
  await whileSending(bench, outcome);
  await whileCompiling(bench, outcome, least);
}

/** Signatures a second over HTTP. */
async function whileSigning(bench: Bench, outcome: Outcome): Promise<void> {
  const { place } = bench;
  const sizes = bench.quick ? quickSize : size;
  const mail = startChild<typeof sink>('sink');
  bench.closing(mail.close);
  const env = environmentOf(place, {
    CAMPAIGNS_DIR: makeCampaigns(join(place.folder, 'meanwhile-campaigns'), 1),
    SMTP_URL: `smtp://127.0.0.1:${await mail.ask('open', 0)}`,
    ROLES: 'web',
  });
  const web = await startService(env);
  bench.closing(web.stop);
  const load = startChild<typeof httpLoad>('http-load');
  bench.closing(load.close);
  const path = `/v1/campaigns/${campaignOf(0).slug}/signatures`;
  const door = { port: web.port, path, key: await createKey(env), connections: 64 };
  let first = 0;
  const burst = (count: number): Promise<number> =>
    load.ask('burst', { ...door, count, first: (first += count) - count });
  await burst(sizes.warm);
  await inTurns(bench, outcome, { id: 'web', label: 'signatures', measure: () => burst(sizes.burst) });
  await Promise.all([web.stop(), load.close(), mail.close()]);
  outcome.troubles.push(...web.troubles);
}

/** Letters a second, from queued to written down. */
async function whileSending(bench: Bench, outcome: Outcome): Promise<void> {
  await bench.place.emptyDatabase();
  const { letters } = bench.quick ? quickSize : size;
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
    id: 'mailer',
    label: 'letters',
    async measure() {
      await server.ask('reset');
      return rateOf(await side.send(letters.letters), letters.warm);
    },
  });
  await side.close();
  outcome.troubles.push(...side.fleet.all.flatMap((service) => service.troubles));
  await server.close();
}

async function inTurns(
  bench: Bench,
  outcome: Outcome,
  { id, label, measure }: { id: string; label: string; measure: () => Promise<number> },
): Promise<void> {
  const sizes = bench.quick ? quickSize : size;
  const figure = (kind: string, words: string): Figure => ({
    name: `petitions.meanwhile.${id}.${kind}`,
    group: 'Meanwhile',
    label: `${label}, ${words}`,
    unit: '/s',
    rounds: [],
  });
  const alone = figure('alone', 'no petition being made');
  const beside = figure('beside', 'while one is made');
  for (let round = 0; round < sizes.rounds; round += 1) {
    bench.progress.step(`${label} while a petition is made`, round, sizes.rounds);
    alone.rounds.push(await measure());
    const maker = startChild<typeof petitionsPart>('petitions');
    bench.closing(maker.close);
    await maker.ask('ready');
    let isMade = false;
    const made = maker.ask('make', { names: sizes.names, nice: usualNice }).finally(() => (isMade = true));
    const rate = await measure();
    if (isMade) throw new Error('the petition was made before the rate beside it was measured');
    beside.rounds.push(rate);
    await made;
    await maker.close();
  }
  outcome.figures.push(
    beside,
    alone,
    ratio(`petitions.meanwhile.${id}.ratio`, `${label}: with ÷ without`, beside, alone, least),
  );
}
