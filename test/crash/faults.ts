/** The crash matrix as data: what is hurt, on which engines, and how. Each fault leaves everything healed and started. */
import { setTimeout as pause } from 'node:timers/promises';
import { roles, type Role } from '../../src/config.ts';
import { minute } from '../../src/clock.ts';
import { points, type Point } from '../../src/points.ts';
import { stateNumbers } from '../../src/ledger/numbers.ts';
import { namesPerBatch } from '../../src/petitions/gather-names.ts';
import { petitionTable } from '../../src/petitions/petition-table.ts';
import { campaign, target } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Part } from './fleet.ts';
import type { Pusher } from './pusher.ts';
import type { Wire } from './wire.ts';
import type { Engines, World } from './world.ts';

export interface Fault {
  /** The run it belongs to: faults of one run follow each other under load, then comes one drain and one audit. */
  run: string;
  name: string;
  engines: Engines;
  /** Whether the short form has it. */
  short: boolean;
  /** Resolves with the number of processes killed with -9. */
  strike(world: World, random: () => number, pusher: Pusher): Promise<number>;
}

/** Which role passes each point. */
export const passedBy: Record<Point, Role> = {
  'intake-committed': 'web',
  'before-intent': 'mailer',
  'after-intent': 'mailer',
  'after-354': 'mailer',
  'after-dot': 'mailer',
  'after-250': 'mailer',
  'notice-begun': 'mailer',
  'notice-sent': 'mailer',
  'before-seal': 'web',
  'names-gathered': 'web',
  'names-counted': 'web',
  sealed: 'web',
  'file-kept': 'petitions',
  'names-handed-in': 'web',
  'names-let-go': 'web',
};

/** What happens to names on paper. A petition shuts the mail: meanwhile no letter comes to the points of the mailers. */
const isByHand = (point: Point): boolean => byHand.has(point);
const byHand: ReadonlySet<Point> = new Set([
  'before-seal',
  'names-gathered',
  'names-counted',
  'sealed',
  'file-kept',
  'names-handed-in',
  'names-let-go',
]);
const byMail = points.filter((point) => !byHand.has(point));

const only = <T>(list: readonly T[], random: () => number): T => {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
};
const withRole = ({ parts }: World, role: Role): Part[] => parts.filter((part) => part.roles.includes(role));

/** A petition shuts the mail: meanwhile no letter comes to the points of the mailers. */
const turnsOf = new WeakMap<World, { byHand: Promise<unknown>; byMail: Set<Promise<number>> }>();

/** Parts that are being killed or watched; a second fault waits for another one, or for them. */
const busy = new WeakSet<Part>();

/** One free part of each list, taken together. */
async function take(...lists: readonly Part[][]): Promise<Part[]> {
  for (;;) {
    const free = lists.map((list) => list.filter((part) => !busy.has(part)));
    if (free.every((list) => list.length > 0)) {
      const taken = free.map((list) => only(list, Math.random));
      for (const part of taken) busy.add(part);
      return taken;
    }
    await pause(20);
  }
}

interface Aim {
  victim: Role;
  point: Point;
}

/** Kills a process of `victim` when a letter is at `point`: by itself, or while another process passes there. */
async function killAt(world: World, pusher: Pusher, { victim, point }: Aim, random: () => number): Promise<number> {
  const turns = turnsOf.get(world) ?? { byHand: Promise.resolve(), byMail: new Set() };
  turnsOf.set(world, turns);
  if (!isByHand(point)) {
    await turns.byHand;
    const killed = kill(world, pusher, { victim, point }, random);
    turns.byMail.add(killed);
    return killed.finally(() => turns.byMail.delete(killed));
  }
  const killed = turns.byHand.then(async () => {
    await Promise.allSettled(turns.byMail);
    return kill(world, pusher, { victim, point }, random);
  });
  turns.byHand = killed.catch(() => undefined);
  return killed;
}

async function kill(world: World, pusher: Pusher, { victim, point }: Aim, random: () => number): Promise<number> {
  const isOwn = victim === passedBy[point] || world.engines === 'embedded';
  const lists = [withRole(world, victim), ...(isOwn ? [] : [withRole(world, passedBy[point])])];
  const taken = await take(...lists);
  const [doomed, watched = doomed] = taken;
  try {
    if (!doomed || !watched) throw new Error(`nobody has the role ${victim}`);
    // Not always the first letter of a group: others are half-way then.
    const isShut = isByHand(point);
    if (isShut) await setChannel(world, 'hand');
    if (betweenBatches.has(point)) await crowd(world, pusher);
    const reached = isOwn ? doomed.ended() : watched.passes(point);
    if (isOwn) doomed.dieAt(point, isShut ? 0 : Math.floor(random() * 4));
    const compiling = isShut ? compile(world, () => reached, thenFor[point]) : Promise.resolve();
    const how = await Promise.race([reached, pause(40_000, 'late')]);
    watched.disarm();
    if (how === 'late') throw new Error(`no ${passedBy[point]} came to ${point}`);
    await doomed.restart('SIGKILL');
    await compiling;
    if (isShut) await setChannel(world, 'mail');
    return 1;
  } finally {
    for (const part of taken) busy.delete(part);
  }
}

/** A process at any moment. */
async function killSometime(world: World, random: () => number): Promise<number> {
  await pause(random() * 600);
  const taken = await take([...world.parts]);
  for (const part of taken) await part.restart('SIGKILL');
  for (const part of taken) busy.delete(part);
  return 1;
}

/** Staff who insist: the process they speak to may be killed under their hands. */
async function staff(world: World, path: string, body: unknown): Promise<{ status: number; id?: string }> {
  const response = await fetch(`${only(world.doors, Math.random)}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const { id } = (await response.json()) as { id?: string };
  return { status: response.status, ...(id === undefined ? {} : { id }) };
}

async function setChannel(world: World, mode: 'mail' | 'hand'): Promise<void> {
  const path = `/v1/campaigns/${campaign}/targets/${target}/channel`;
  const ask = () => staff(world, path, { mode, reason: 'the crash matrix' }).catch(() => undefined);
  await waitFor(ask, (answer) => answer?.status === 200, `the channel to be ${mode}`, 60_000);
}

/** Points between two batches of names: only a petition of more than one batch comes there. */
const betweenBatches: ReadonlySet<Point> = new Set(['names-handed-in', 'names-let-go']);
const moreThanABatch = namesPerBatch + 20;

/** So many people sign that their names fill more than one batch. */
async function crowd({ database }: World, pusher: Pusher): Promise<void> {
  await pusher.crowd(moreThanABatch);
  const waiting = () => stateNumbers(database).then(({ letters }) => letters.for_hand);
  await waitFor(waiting, (names) => names >= moreThanABatch, 'the names of a crowd', 30_000);
}

/** What staff do next with what they compiled, so that a process comes to the point. */
type Then = (world: World, id: string) => Promise<unknown>;

const thenFor: Partial<Record<Point, Then>> = {
  async 'names-handed-in'(world, id) {
    const filesAt = () =>
      world.database.read
        .findOne(petitionTable, { select: { filesAt: true }, where: { id } })
        .then((petition) => petition?.filesAt ?? null);
    await waitFor(filesAt, (at) => at !== null, 'the files of a petition', 30_000);
    const at = new Date(Date.now() + world.ahead).toISOString();
    await staff(world, `/v1/petitions/${id}/hand-ins`, { outcome: 'accepted', at, place: 'at the gate' });
  },
  'names-let-go': (world, id) => staff(world, `/v1/petitions/${id}/void`, { reason: 'the crash matrix' }),
};

/** Asks for a petition until somebody came to the point; without names there is none, so it may take several. */
async function compile(world: World, reached: () => Promise<unknown>, then?: Then): Promise<void> {
  let done = false;
  void reached().finally(() => (done = true));
  for (const until = performance.now() + 20_000; !done && performance.now() < until;) {
    await pause(200);
    if (done) return;
    const compiled = await staff(world, `/v1/campaigns/${campaign}/petitions`, { target }).catch(() => undefined);
    if (compiled?.id) await then?.(world, compiled.id).catch(() => undefined);
  }
}

async function underWire(
  world: World,
  pair: string,
  hurt: (wire: Wire) => void,
  milliseconds: number,
): Promise<number> {
  const wires = world.wires.filter((wire) => wire.name === pair);
  if (wires.length === 0) throw new Error(`there is no wire ${pair}`);
  for (const wire of wires) hurt(wire);
  await pause(milliseconds);
  for (const wire of wires) wire.heal();
  return 0;
}

const pairs = [
  'front end — web',
  ...['web', 'mailer-1', 'mailer-2', 'reports', 'petitions', 'timers'].flatMap((part) => [
    `${part} — mariadb`,
    `${part} — redis`,
  ]),
  'mailer-1 — relay',
  'mailer-2 — relay',
];

/** Every role at every point: the process that passes it, and each other one while it is passed. */
const killsAtPoints = (['embedded', 'distributed'] as const).flatMap((engines) =>
  points.flatMap((point) =>
    (engines === 'embedded' ? [passedBy[point]] : roles).map((role): Fault => ({
      run: 'kill -9',
      name: engines === 'embedded' ? `kill -9 at ${point}` : `kill -9 of ${role} at ${point}`,
      engines,
      short: role === passedBy[point] || (point === 'after-dot' && role !== 'web'),
      strike: (world, random, pusher) => killAt(world, pusher, { victim: role, point }, random),
    })),
  ),
);

const redis = (name: string, hurt: (own: NonNullable<World['redis']>) => Promise<unknown>): Fault => ({
  run: 'Redis',
  name: `Redis: ${name}`,
  engines: 'distributed',
  short: true,
  async strike(world) {
    if (!world.redis) throw new Error('this world has no Redis');
    await hurt(world.redis);
    await pause(700);
    return 0;
  },
});

const mariadb = (name: string, signal: 'SIGTERM' | 'SIGKILL'): Fault => ({
  run: 'MariaDB',
  name: `MariaDB: ${name}`,
  engines: 'distributed',
  short: true,
  async strike({ mariadb: own }) {
    if (!own) throw new Error('this world has no MariaDB');
    await own.end(signal);
    await pause(500);
    await own.start();
    await pause(700);
    return 0;
  },
});

/** A silent line takes long to be noticed. */
const silentInShort: ReadonlySet<string> = new Set(['web — mariadb', 'mailer-1 — relay', 'mailer-2 — redis']);

const network = pairs.flatMap((pair): Fault[] => [
  {
    run: 'network',
    name: `cut: ${pair}`,
    engines: 'distributed',
    short: true,
    strike: (world) => underWire(world, pair, (wire) => wire.cut(), 400),
  },
  {
    run: 'network',
    name: `silent: ${pair}`,
    engines: 'distributed',
    short: silentInShort.has(pair),
    // Long enough that whoever watches a silent line hangs up.
    strike: (world, random) => underWire(world, pair, (wire) => wire.stall(), random() < 0.2 ? 12_000 : 1_500),
  },
  {
    run: 'network',
    name: `slow: ${pair}`,
    engines: 'distributed',
    short: true,
    strike: (world) => underWire(world, pair, (wire) => wire.slow(40), 400),
  },
]);

const terms = (['embedded', 'distributed'] as const).map((engines): Fault => ({
  run: 'SIGTERM',
  name: 'SIGTERM of every process under load',
  engines,
  short: true,
  async strike({ parts }) {
    for (const part of parts) {
      const how = await part.restart('SIGTERM');
      if (how !== '0') throw new Error(`${part.name} ended with ${how} after SIGTERM`);
    }
    return 0;
  },
}));

const clocks = (['embedded', 'distributed'] as const).flatMap((engines) =>
  (engines === 'embedded' ? ['service'] : ['web', 'mailer-1', 'timers']).flatMap((name) =>
    [10 * minute, -10 * minute].map((jump): Fault => ({
      run: 'clock',
      name: `the clock of ${name} jumps ${Math.abs(jump) / minute} minutes ${jump > 0 ? 'ahead' : 'back'} and home again`,
      engines,
      short: true,
      async strike(world) {
        const part = world.parts.find((one) => one.name === name);
        part?.ahead(world.ahead + jump);
        await pause(700);
        part?.ahead(world.ahead);
        await pause(300);
        // What a fast clock wrote is due when the others come to that time; they come there now.
        if (jump > 0) world.moveAllClocks(world.ahead + jump);
        return 0;
      },
    })),
  ),
);

/** Faults of one run that may strike at the same time; one where they would undo each other. */
export const atOnce: Readonly<Record<string, number>> = { 'kill -9': 3, network: 4 };

export const faults: readonly Fault[] = [
  ...killsAtPoints,
  redis('restart', async (own) => {
    await own.kill();
    await pause(500);
    await own.start();
  }),
  redis('FLUSHALL', (own) => own.admin.flushall()),
  redis('out of memory', async (own) => {
    await own.admin.config('SET', 'maxmemory', '1');
    await pause(1_500);
    await own.admin.config('SET', 'maxmemory', '0');
  }),
  mariadb('restart', 'SIGTERM'),
  mariadb('kill -9', 'SIGKILL'),
  ...network,
  {
    run: 'disk full',
    name: 'the disk of SQLite is full for two seconds',
    engines: 'embedded',
    short: true,
    async strike({ disk }) {
      if (!disk) throw new Error('a full disk needs a disk of its own: mounting a tmpfs was not allowed');
      disk.fill();
      await pause(2_000);
      disk.empty();
      await pause(300);
      return 0;
    },
  },
  ...terms,
  ...clocks,
];

/** Any process at any point, or at any moment. */
export async function killByChance(world: World, random: () => number, pusher: Pusher): Promise<number> {
  if (random() < 0.45) return killSometime(world, random);
  // Petitions shut the mail meanwhile: seldom.
  const point = random() < 0.1 ? only([...byHand], random) : only(byMail, random);
  const role = world.engines === 'embedded' || random() < 0.6 ? passedBy[point] : only(roles, random);
  return killAt(world, pusher, { victim: role, point }, random);
}
