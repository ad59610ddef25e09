/** Stages: what each step of a letter's way costs, so that the next bottleneck shows before anybody meets it. */
import { join } from 'node:path';
import { makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import type { Cost } from './cost.ts';
import { emptyOutcome, type Figure, type Outcome } from './figures.ts';
import type { sink } from './parts/sink.ts';
import type { stages as stagesPart } from './parts/stages.ts';
import { senderDomain } from './place.ts';
import type { Bench, Scenario } from './scenario.ts';

const sizes = { full: { letters: 2_000, rounds: 5 }, quick: { letters: 500, rounds: 1 } };

export const stages: Scenario = {
  name: 'stages',
  title: 'Stages: microseconds a letter, one stage at a time',
  async run(bench) {
    const outcome = emptyOutcome();
    outcome.conditions.push(
      'in one process, one stage after the other, with nothing else going on; jobs of as many letters as the service makes',
      'the main thread: processor time of the thread that does everything but RSA, DNS and files; their sum bounds one process',
      'until done: as long as it takes, waiting for the disk and other processes included',
      'send: a conversation with a sink that answers at once, over 10 connections',
    );
    const server = startChild<typeof sink>('sink');
    bench.closing(server.close);
    const sinkPort = await server.ask('open', 0);
    await onEngine(bench, sinkPort, 'MariaDB', outcome);
    await onEngine(bench, sinkPort, 'SQLite', outcome);
    await server.close();
    return outcome;
  },
};

async function onEngine(bench: Bench, sinkPort: number, engine: 'MariaDB' | 'SQLite', outcome: Outcome): Promise<void> {
  const { place, progress } = bench;
  const { letters, rounds } = bench.quick ? sizes.quick : sizes.full;
  const child = startChild<typeof stagesPart>('stages');
  bench.closing(child.close);
  if (engine === 'MariaDB') await place.emptyDatabase();
  await child.ask('open', {
    sinkPort,
    connections: 10,
    senderDomain,
    campaigns: makeCampaigns(join(place.folder, 'campaigns-1'), 1),
    keyFile: join(place.dkimFolder, senderDomain, 'bench1.pem'),
    database:
      engine === 'MariaDB'
        ? { kind: 'mysql', url: place.databaseUrl }
        : { kind: 'sqlite', file: join(place.folder, 'stages.db') },
  });
  progress.step(`${engine}: warming up`, 0, rounds);
  const [road, alone] = [new Map<string, Cost[]>(), new Map<string, Cost[]>()];
  await child.ask('walk', letters);
  await child.ask('alone', letters);
  for (let round = 0; round < rounds; round += 1) {
    progress.step(`${engine}: round ${round + 1}`, round, rounds);
    keep(road, await child.ask('walk', letters));
    // These touch no database, so once is enough.
    if (engine === 'MariaDB') keep(alone, await child.ask('alone', letters));
  }
  for (const kind of ['thread', 'wall'] as const) {
    outcome.figures.push(...figuresOf(road, kind, engine), ...figuresOf(alone, kind, 'By itself'));
  }
  await child.ask('close');
  await child.close();
}

function keep(costs: Map<string, Cost[]>, measured: Record<string, Cost>): void {
  for (const [stage, cost] of Object.entries(measured)) costs.set(stage, [...(costs.get(stage) ?? []), cost]);
}

function figuresOf(costs: ReadonlyMap<string, Cost[]>, kind: keyof Cost, where: string): Figure[] {
  return [...costs].map(([stage, measured]) => ({
    name: `stages.${where.toLowerCase()}.${kind}.${stage}`,
    group: `${where}, ${kind === 'thread' ? 'the main thread' : 'until done'}`,
    label: stage,
    unit: 'µs',
    rounds: measured.map((cost) => cost[kind]),
  }));
}
