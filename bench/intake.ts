/** Intake: signatures that are on disk before their 202, against a route that stores nothing. */
import { join } from 'node:path';
import { campaignOf, makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import { emptyOutcome, ratio, type Figure, type Outcome } from './figures.ts';
import type { bareRoute } from './parts/bare-route.ts';
import type { Door, httpLoad } from './parts/http-load.ts';
import type { sink } from './parts/sink.ts';
import type { Bench, Scenario } from './scenario.ts';
import { createKey, environmentOf, startService, type Environment } from './service.ts';

const connections = 64;

interface Sizes {
  warm: number;
  burst: number;
  rounds: number;
  stream: number;
  streams: number;
}

const full: Sizes = { warm: 5_000, burst: 20_000, rounds: 5, stream: 50_000, streams: 5 };
const quick: Sizes = { warm: 500, burst: 2_000, rounds: 2, stream: 5_000, streams: 2 };

const engines = [
  { id: 'sqlite', name: 'SQLite' },
  { id: 'mariadb', name: 'MariaDB' },
] as const;

export const intake: Scenario = {
  name: 'intake',
  title: 'Intake: a 202 after the signature is on disk',
  async run(bench) {
    const outcome = emptyOutcome();
    outcome.conditions.push(
      `${connections} kept connections, one request under way on each, every signature a new person`,
      'the bare route: Express 5, `express.json()`, an answer of the same size, nothing stored; both in production mode and without ETags',
      'SQLite: one process with all roles; MariaDB: a process with the role `web`',
    );
    for (const engine of engines) await onEngine(bench, engine, outcome);
    return outcome;
  },
};

async function onEngine(bench: Bench, engine: (typeof engines)[number], outcome: Outcome): Promise<void> {
  const sizes = bench.quick ? quick : full;
  const { place } = bench;
  const mail = startChild<typeof sink>('sink');
  bench.closing(mail.close);
  const env = environmentOf(place, {
    CAMPAIGNS_DIR: makeCampaigns(join(place.folder, 'intake-campaigns'), 1),
    SMTP_URL: `smtp://127.0.0.1:${await mail.ask('open', 0)}`,
    ...(engine.id === 'sqlite' ? sqliteOf(place.folder) : { ROLES: 'web' }),
  });
  const service = await startService(env, bench.profile ? `intake-${engine.id}` : undefined);
  bench.closing(service.stop);
  const bare = startChild<typeof bareRoute>('bare-route');
  bench.closing(bare.close);
  const load = startChild<typeof httpLoad>('http-load');
  bench.closing(load.close);

  const path = `/v1/campaigns/${campaignOf(0).slug}/signatures`;
  const doors = {
    durable: { port: service.port, path, key: await createKey(env) },
    bare: { port: await bare.ask('open'), path, key: 'none' },
  };
  let first = 0;
  const burst = (door: Door, count: number): Promise<number> =>
    load.ask('burst', { ...door, connections, count, first: (first += count) - count });

  const durable: Figure = {
    name: `intake.${engine.id}.durable`,
    group: engine.name,
    label: 'durable 202s',
    unit: '/s',
    rounds: [],
  };
  const bareFigure: Figure = {
    name: `intake.${engine.id}.bare`,
    group: engine.name,
    label: 'bare Express 5 route',
    unit: '/s',
    rounds: [],
  };
  const stream: Figure = {
    name: `intake.${engine.id}.ndjson`,
    group: engine.name,
    label: 'NDJSON stream',
    unit: '/s',
    rounds: [],
    goal: { least: 20_000 },
  };
  const steps = sizes.rounds + sizes.streams;
  bench.progress.step(`${engine.name}: warming up`, 0, steps);
  for (const door of [doors.bare, doors.durable]) await burst(door, sizes.warm);
  for (let round = 0; round < sizes.rounds; round += 1) {
    bench.progress.step(`${engine.name}: requests, round ${round + 1}`, round, steps);
    bareFigure.rounds.push(await burst(doors.bare, sizes.burst));
    durable.rounds.push(await burst(doors.durable, sizes.burst));
  }
  for (let round = 0; round < sizes.streams; round += 1) {
    bench.progress.step(`${engine.name}: stream ${round + 1}`, sizes.rounds + round, steps);
    const count = sizes.stream;
    stream.rounds.push(await load.ask('stream', { ...doors.durable, count, first: (first += count) - count }));
  }
  outcome.figures.push(
    durable,
    bareFigure,
    ratio(`intake.${engine.id}.ratio`, 'durable ÷ bare', durable, bareFigure, 0.6),
    stream,
  );
  await Promise.all([service.stop(), bare.close(), load.close(), mail.close()]);
  outcome.troubles.push(...service.troubles);
}

function sqliteOf(folder: string): Environment {
  return { DATABASE_URL: `sqlite:${join(folder, 'intake.db')}`, REDIS_URL: '' };
}
