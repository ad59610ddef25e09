/** Letters: how many are sent and written down a second, beside four other ways to send the same letter. */
import { join } from 'node:path';
import { letterBytes, makeCampaigns } from './campaigns.ts';
import { startChild } from './child.ts';
import { emptyOutcome, rateOf, ratio, type Figure, type Outcome } from './figures.ts';
import type { readyMail } from './parts/ready-mail.ts';
import type { sink } from './parts/sink.ts';
import { LeftOut } from './relays/relay.ts';
import type { Bench, Scenario } from './scenario.ts';
import { startLoop, startUsual } from './sides/programs.ts';
import { startRelay } from './sides/relays.ts';
import type { Side, Track } from './sides/side.ts';
import { startTodoke, type TodokeSide } from './sides/todoke.ts';
import { watchProcessors } from './watch.ts';

/** Letters of a round with those that only warm up, for fast sides and for the usual one, which takes its time. */
const sizes = {
  full: { fast: { letters: 6_000, warm: 1_000 }, slow: { letters: 700, warm: 100 }, rounds: 5 },
  quick: { fast: { letters: 1_200, warm: 200 }, slow: { letters: 200, warm: 50 }, rounds: 1 },
};

/** The sink that answers at once, and the one that takes its time as real servers do. */
const doors = [
  { id: 'at-once', words: 'Sink answers at once', delay: 0, connections: 10 },
  { id: 'late', words: 'Sink answers after 25 ms', delay: 25, connections: 50 },
] as const;

/** What is to be reached against each side. */
const goals: Record<string, number> = { loop: 1.2, usual: 8, postfix: 2, haraka: 1 };

export const letters: Scenario = {
  name: 'letters',
  title: 'Letters: from queued in MariaDB to a 250 that is written down',
  async run(bench) {
    const outcome = emptyOutcome();
    outcome.conditions.push(
      'every side sends the sample letter in Japanese, 12 KB ± 10 % as the sink counts it; todoke and the usual composition sign with RSA-2048',
      `connections to the sink, on every side: ${doors.map((door) => `${door.connections} where the ${door.words.toLowerCase()}`).join(', ')}`,
      'todoke: one process with the role `mailer` and one with all other roles, on BullMQ; a letter counts when its row says `accepted`',
      'Postfix and Haraka are given the signed letters first and hold them on disk; time runs while they send',
    );
    for (const door of doors) await race(bench, door, outcome);
    return outcome;
  },
};

async function race(bench: Bench, door: (typeof doors)[number], outcome: Outcome): Promise<void> {
  const size = bench.quick ? sizes.quick : sizes.full;
  const server = startChild<typeof sink>('sink');
  bench.closing(server.close);
  const track: Track = {
    bench,
    sink: server,
    connections: door.connections,
    id: door.id,
    port: await server.ask('open', door.delay),
    campaigns: makeCampaigns(join(bench.place.folder, 'campaigns-1'), 1),
  };
  bench.progress.step(`${door.words}: starting every side`, 0, size.rounds);
  const todoke = await startTodoke(track, size.fast);
  await todoke.send(size.fast.warm);
  const message = await server.ask('latest');
  if (!message.includes('a=rsa-sha256')) throw new Error('todoke did not sign its letters');
  if (door.delay === 0) outcome.figures.push(await capacity(track, message));
  const sides: Side[] = [todoke];
  sides.push(await startLoop(track, size.fast), await startUsual(track, size.slow));
  for (const name of ['postfix', 'haraka'] as const) {
    try {
      sides.push(await startRelay(name, track, size.fast, message));
    } catch (thrown) {
      if (!(thrown instanceof LeftOut)) throw thrown;
      outcome.leftOut.push({ side: `${name}, ${door.words.toLowerCase()}`, because: thrown.message });
    }
  }
  const figures = new Map<Side, Figure>(sides.map((side) => [side, rateFigure(door, side)]));
  const wholes = new Map<Side, Figure>(sides.map((side) => [side, wholeFigure(door, side)]));
  const shares: Record<string, number>[] = [];
  for (let round = 0; round < size.rounds; round += 1) {
    for (const [lane, side] of sides.entries()) {
      const done = round * sides.length + lane;
      bench.progress.step(`${door.words}, round ${round + 1}: ${side.label}`, done, size.rounds * sides.length);
      const watch = processorsOf(bench, todoke, server.pid);
      await server.ask('reset');
      const times = await side.send(side.letters);
      await checkSize(track, side);
      if (side === todoke) shares.push(watch());
      figures.get(side)?.rounds.push(rateOf(times, side.warm));
      if (side.withTaking) wholes.get(side)?.rounds.push(side.withTaking());
    }
  }
  tell(outcome, door, sides, figures);
  outcome.figures.push(...[...wholes.values()].filter(({ rounds }) => rounds.length > 0));
  outcome.figures.push(...processorFigures(door, shares, size.fast.letters));
  for (const side of sides) await side.close();
  outcome.troubles.push(...todoke.fleet.all.flatMap((service) => service.troubles));
  await server.close();
}

function rateFigure(door: (typeof doors)[number], side: Side): Figure {
  return { name: `letters.${door.id}.${side.id}`, group: door.words, label: side.label, unit: '/s', rounds: [] };
}

/** What a relay does for a letter begins with taking it; no goal is set on this. */
function wholeFigure(door: (typeof doors)[number], side: Side): Figure {
  const label = `${side.short}, with the time it took to take them`;
  return { name: `letters.${door.id}.${side.id}.taking`, group: door.words, label, unit: '/s', rounds: [] };
}

function tell(outcome: Outcome, door: { id: string; words: string }, sides: Side[], figures: Map<Side, Figure>): void {
  const [ours, ...others] = sides.flatMap((side) => figures.get(side) ?? []);
  if (!ours) return;
  outcome.figures.push(ours, ...others);
  for (const [index, other] of others.entries()) {
    const id = sides[index + 1]?.id ?? '';
    const label = `todoke ÷ ${sides[index + 1]?.short ?? ''}`;
    outcome.figures.push(ratio(`letters.${door.id}.${id}.ratio`, label, ours, other, goals[id]));
  }
}

/** Nobody shall win with a shorter letter. */
async function checkSize({ sink: server }: Track, side: Side): Promise<void> {
  const { least, most } = await server.ask('numbers');
  if (least < letterBytes * 0.9 || most > letterBytes * 1.1)
    throw new Error(`${side.label} sent letters of ${least} to ${most} bytes`);
}

/** That the sink is not what is measured: ready bytes over bare sockets. */
async function capacity(track: Track, message: string): Promise<Figure> {
  const source = startChild<typeof readyMail>('ready-mail');
  const count = track.bench.quick ? 5_000 : 50_000;
  const load = { port: track.port, connections: track.connections, count, message, to: 'office000@embassy.example' };
  const seconds = await source.ask('send', { ...load, from: 'b@bounce.todoke.example' });
  await source.close();
  const label = 'what the sink takes: ready bytes over bare sockets';
  return { name: 'letters.sink', group: doors[0].words, label, unit: '/s', rounds: [count / seconds] };
}

function processorsOf({ place }: Bench, { fleet }: TodokeSide, sinkPid: number): () => Record<string, number> {
  return watchProcessors({
    mailer: fleet.mailers.map((mailer) => mailer.pid),
    'the other roles': [fleet.others.pid],
    MariaDB: place.pids.database,
    Redis: place.pids.redis,
    'the sink': [sinkPid],
  });
}

/** Whose processor time a letter costs: on a machine with few cores this decides, whoever waits for whom. */
function processorFigures(door: { id: string; words: string }, shares: Record<string, number>[], n: number): Figure[] {
  return Object.keys(shares[0] ?? {}).map((who) => ({
    name: `letters.${door.id}.processor.${who}`,
    group: `${door.words}: processor time a letter`,
    label: who,
    unit: 'µs',
    rounds: shares.map((share) => ((share[who] ?? 0) * 1_000_000) / n),
  }));
}
