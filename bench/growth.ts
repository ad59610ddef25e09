/** Memory and growth: what a backlog, many campaigns, many letters and more mailers do to rate and memory. */
import { startChild, type Child } from './child.ts';
import { emptyOutcome, median, rateOf, ratio, slopeOf, type Figure, type Outcome, type Series } from './figures.ts';
import { startFleet, type Fleet } from './fleet.ts';
import type { sink } from './parts/sink.ts';
import { acceptedTimes, countAccepted, lettersByState, queueLetters, settle } from './queued-letters.ts';
import type { Bench, Scenario } from './scenario.ts';
import { residentMegabytes } from './watch.ts';

const sizes = {
  full: {
    backlogs: [1_000, 10_000, 100_000, 1_000_000],
    drained: 5_000,
    warm: 2_000,
    rounds: 3,
    long: 100_000,
    many: 500,
  },
  quick: { backlogs: [1_000, 10_000], drained: 800, warm: 200, rounds: 1, long: 5_000, many: 20 },
};

const connections = 10;

/** Milliseconds between two looks at the memory of the services. */
const lookEvery = 250;

interface Ground {
  bench: Bench;
  server: Child<typeof sink>;
  smtpPort: number;
  outcome: Outcome;
  /** Says what is being drained; counts by itself. */
  step(what: string): void;
}

interface Drained {
  /** Letters per second between the warm-up and the last of those drained. */
  rate: number;
  /** The most of one mailer, and of the process with the other roles. */
  mailerMegabytes: number;
  othersMegabytes: number;
  /** Memory of the first mailer over the letters it had sent. */
  memory: Series['points'];
}

export const growth: Scenario = {
  name: 'growth',
  title: 'Memory and growth',
  async run(bench) {
    const outcome = emptyOutcome();
    const size = bench.quick ? sizes.quick : sizes.full;
    outcome.conditions.push(
      `each rate: ${size.drained.toLocaleString('en')} letters drained by fresh processes after ${size.warm.toLocaleString('en')} to warm up, with the rest of the backlog behind them; a sink that answers at once, ${connections} connections for each mailer`,
      `memory: resident, of each process, looked at every ${lookEvery} ms`,
    );
    const server = startChild<typeof sink>('sink');
    bench.closing(server.close);
    const all = size.rounds * (size.backlogs.length + 4) + 1;
    let done = 0;
    const step = (what: string): void => bench.progress.step(what, (done += 1) - 1, all);
    const ground: Ground = { bench, server, outcome, step, smtpPort: await server.ask('open', 0) };
    await drains(ground, size);
    await slope(ground, size);
    await server.close();
    return outcome;
  },
};

type Size = (typeof sizes)[keyof typeof sizes];

/** What is drained in each round, one after the other. */
function plansOf({ backlogs, drained, many }: Size): Kind[] {
  const plain = { backlog: drained * 2, campaigns: 1, mailers: 1 };
  return [
    ...backlogs.map((backlog) => ({
      name: `backlog.${backlog}`,
      group: 'Backlog',
      label: `${backlog.toLocaleString('en')} queued`,
      plan: { ...plain, backlog },
    })),
    { name: 'campaigns.1', group: 'Campaigns', label: '1 campaign', plan: plain },
    {
      name: `campaigns.${many}`,
      group: 'Campaigns',
      label: `${many} campaigns with a target each`,
      plan: { ...plain, campaigns: many },
    },
    { name: 'mailers.1', group: 'Mailers', label: '1 process', plan: plain },
    { name: 'mailers.4', group: 'Mailers', label: '4 processes', plan: { ...plain, mailers: 4 } },
  ];
}

async function drains(ground: Ground, size: Size): Promise<void> {
  const kinds = plansOf(size);
  const runs = new Map<Kind, Drained[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < size.rounds; round += 1) {
    for (const kind of kinds) {
      ground.step(kind.label);
      runs.get(kind)?.push(await drain(ground, { ...size, ...kind.plan }));
    }
  }
  const figuresOf = (what: string, unit: Figure['unit'], value: (run: Drained) => number): Figure[] =>
    [...runs].map(([{ name, group, label }, of]) => ({
      name: `growth.${name}.${what}`,
      group: `${group}: ${what}`,
      label,
      unit,
      rounds: of.map(value),
    }));
  const rates = figuresOf('letters a second', '/s', (run) => run.rate);
  const [small, large] = [rates[0], rates[size.backlogs.length - 1]];
  if (small && large) {
    const label = `${large.label} ÷ ${small.label}`;
    rates.splice(size.backlogs.length, 0, ratio('growth.backlog.ratio', label, large, small, 0.9));
  }
  const points = size.backlogs.map((n, index): [number, number] => [n, median(rates[index]?.rounds ?? [])]);
  ground.outcome.series.push({ name: 'growth.backlog', label: 'letters a second over letters queued', points });
  ground.outcome.figures.push(
    ...rates,
    ...figuresOf('memory of a mailer', 'MB', (run) => run.mailerMegabytes),
    ...figuresOf('memory of the other roles', 'MB', (run) => run.othersMegabytes),
  );
}

/** A leak shows as a slope: so much memory for every letter that was ever sent. */
async function slope(ground: Ground, size: Size): Promise<void> {
  // V8 takes its time until it has found how much it needs: steps of megabytes, seldomer and seldomer.
  const warm = size.long;
  ground.step(`memory over ${size.long.toLocaleString('en')} letters`);
  const plan = { backlog: 0, campaigns: 1, mailers: 1, drained: size.long, warm };
  const { memory } = await drain(ground, plan);
  const measured = memory.filter(([sent]) => sent > warm);
  const { slope: megabytes, error } = slopeOf(measured);
  ground.outcome.figures.push({
    name: 'growth.memory.slope',
    group: 'Memory of the mailer over letters sent',
    label: `growth over ${size.long.toLocaleString('en')} letters`,
    unit: 'B/letter',
    rounds: [megabytes * 1024 * 1024],
    error: error * 1024 * 1024,
    goal: { zero: true, within: 20 },
  });
  ground.outcome.series.push({ name: 'growth.memory', label: 'MB over letters sent', points: memory });
}

interface Kind {
  name: string;
  group: string;
  label: string;
  plan: Pick<Plan, 'backlog' | 'campaigns' | 'mailers'>;
}

interface Plan {
  backlog: number;
  campaigns: number;
  mailers: number;
  drained: number;
  warm: number;
}

/** Fresh rows, fresh processes; ends when enough letters are written down as accepted. */
async function drain(ground: Ground, plan: Plan): Promise<Drained> {
  const { bench, server, outcome, smtpPort } = ground;
  const { place } = bench;
  await place.emptyDatabase();
  const wanted = plan.drained + plan.warm;
  const backlog = { first: 0, count: wanted + plan.backlog, campaigns: plan.campaigns };
  const beforeMailers = async (): Promise<void> => {
    await queueLetters(place.sql, backlog);
    await settle(place.sql);
  };
  const fleet = await startFleet(bench, { ...plan, smtpPort, connections, beforeMailers });
  await server.ask('reset');
  const memory: Series['points'] = [];
  let most = { mailer: 0, others: 0 };
  const looking = setInterval(() => {
    const [first = 0, ...others] = fleet.mailers.map(({ pid }) => residentMegabytes(pid));
    most = {
      mailer: Math.max(most.mailer, first, ...others),
      others: Math.max(most.others, residentMegabytes(fleet.others.pid)),
    };
    void server.ask('numbers').then(({ mails }) => memory.push([mails, first]));
  }, lookEvery);
  try {
    await enough(ground, fleet, wanted);
  } finally {
    clearInterval(looking);
    outcome.troubles.push(...fleet.all.flatMap((service) => service.troubles));
    await fleet.stop();
  }
  const times = (await acceptedTimes(place.sql, 0)).toSorted((a, b) => a - b).slice(0, wanted);
  return { rate: rateOf(times, plan.warm), mailerMegabytes: most.mailer, othersMegabytes: most.others, memory };
}

/** Seconds without one more accepted letter after which a run counts as stuck. */
const patience = 60;

async function enough({ bench, server }: Ground, fleet: Fleet, wanted: number): Promise<void> {
  const { sql } = bench.place;
  let [seen, since] = [0, performance.now()];
  for (;;) {
    // The sink is asked first: counting rows is work for the database that is being measured.
    const { mails } = await server.ask('numbers');
    if (mails >= wanted && (await countAccepted(sql)) >= wanted) return;
    if (mails > seen) [seen, since] = [mails, performance.now()];
    else if (performance.now() - since > patience * 1_000) {
      const troubles = fleet.all.flatMap((service) => service.troubles).slice(0, 3);
      throw new Error(`stuck at ${mails} of ${wanted} (${await lettersByState(sql)}) ${troubles.join(' ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
