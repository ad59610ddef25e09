/** `npm run test:crash`: hurts a running installation in every way of the matrix, and tells what became of every signature. */
import { Command } from 'commander';
import { asError } from '../../src/errors.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { atOnce, faults, killByChance, type Fault } from './faults.ts';
import { mostUnsure } from './judge-mails.ts';
import { drain, judge } from './judge.ts';
import { startPusher, type PushPlan, type Pusher } from './pusher.ts';
import { sentence, totalSentence, totalsOf, writeTable, type Row } from './table.ts';
import { cityFleet, everyRole, oneProcess, openWorld, type Engines, type World } from './world.ts';

interface Options {
  short?: true;
  only?: string[];
  kills: string;
  people: string;
  seed: string;
  perSecond?: string;
  markdown?: string;
}

/** What happens between the first push and the drain; gives the kills. */
type Run = (world: World, pusher: Pusher, random: () => number) => Promise<{ faults: number; kills: number }>;

/** Kills between two drains, in the long form. */
const batch = 15;
/** What is wrong with one run may be wrong for everybody in it. */
const mostLines = 12;
const rows: Row[] = [];
const worlds = new Set<World>();
let failed = false;

const options = new Command('test:crash')
  .option('--short', 'what CI runs')
  .option('--long', 'every cell, many kills, a city (the default)')
  .option('--only <words...>', 'only runs whose name contains one of these, as in: --only Redis "disk full" city')
  .option('--kills <n>', 'kills -9 of the long form at least', '300')
  .option('--people <n>', 'people of the city (short form: 1500)', '100000')
  .option('--per-second <n>', 'signatures pushed per second (default: 40; short form: 20)')
  .option('--seed <n>', 'begins the random choices', '1')
  .option('--markdown <file>', 'writes the table into this page')
  .parse()
  .opts<Options>();
const seed = Number(options.seed);
const wanted = (run: string): boolean => options.only?.some((word) => run.includes(word)) ?? true;

function say(text: string): void {
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text.slice(0, (process.stdout.columns || 80) - 1)}`);
}

/** One run: pushes throughout, hurts, heals, drains, audits, counts. */
async function perform(world: World, name: string, plan: Partial<PushPlan>, run: Run): Promise<void> {
  const start = performance.now();
  const random = randomOf(`${seed} ${world.engines} ${name}`);
  const first = firstPerson;
  firstPerson += plan.people ?? 1_000_000;
  const common = {
    origins: world.doors,
    key: world.key,
    first,
    perSecond: Number(options.perSecond ?? (options.short ? 20 : 40)),
  };
  const pusher = startPusher({ ...common, ...plan });
  const wrong: string[] = [];
  let done = { faults: 0, kills: 0 };
  try {
    await pusher.begun(Math.min(20, plan.people ?? 20));
    done = await run(world, pusher, random);
    await pusher.finish();
  } catch (thrown) {
    wrong.push(asError(thrown).message);
    pusher.abandon();
    await world.heal();
  }
  progress(`${world.engines} ${name}: drains`);
  await drain(world);
  const verdict = await judge(world, pusher.accepted);
  const refused = [...pusher.answers].reduce((sum, [answer, n]) => (answer === '202' ? sum : sum + n), 0);
  const seconds = (performance.now() - start) / 1_000;
  const row = { ...verdict, ...done, run: name, engines: world.engines, refused, seconds };
  row.wrong.push(...wrong, ...unexpected(pusher));
  const most = mostUnsure(world, done.faults);
  if (wrong.length === 0 && row.unsure > most)
    row.wrong.push(`${row.unsure} mails are in doubt, and not at most ${most}`);
  rows.push(row);
  say(sentence(row));
  say(`            answers: ${[...pusher.answers].map(([answer, n]) => `${answer} × ${n}`).join(', ')}`);
  for (const line of row.wrong.slice(0, mostLines)) say(`            ${line}`);
  if (row.wrong.length > mostLines) say(`            and ${row.wrong.length - mostLines} more`);
  failed ||= row.wrong.length > 0 || row.lost > 0 || row.doubled > row.window;
}
let firstPerson = 0;

/** A front end may be asked to come again; anything else it could not act on. */
function unexpected(pusher: Pusher): string[] {
  const odd = [...pusher.answers].filter(([answer]) => !['202', '503', 'none'].includes(answer));
  return odd.map(([answer, n]) => `${n} requests were answered with ${answer}`);
}

function strikeAll(list: readonly Fault[]): Run {
  return async (world, pusher, random) => {
    let kills = 0;
    const left = [...list];
    const striker = async (): Promise<void> => {
      for (let fault = left.shift(); fault; fault = left.shift()) {
        progress(`${fault.engines} ${fault.name}`);
        try {
          const killed = await fault.strike(world, random, pusher);
          kills += killed;
        } catch (thrown) {
          throw new Error(`${fault.name}: ${asError(thrown).message}`, { cause: thrown });
        }
        // One line per cell: what is missing here was left out.
        say(`  cell: ${fault.engines}: ${fault.name}`);
      }
    };
    const several = world.engines === 'embedded' ? 1 : (atOnce[list[0]?.run ?? ''] ?? 1);
    await Promise.all(Array.from({ length: several }, striker));
    return { faults: list.length, kills };
  };
}

/** The runs of one set of engines, one after another on the same fleet. */
async function lane(engines: Engines): Promise<void> {
  const cells = faults.filter(
    (fault) => fault.engines === engines && wanted(fault.run) && (!options.short || fault.short),
  );
  const chance = !options.short && wanted('random kills');
  if (cells.length === 0 && !chance) return;
  const fleet = engines === 'embedded' ? oneProcess : everyRole;
  const world = await openWorld({ engines, fleet, wired: true, lease: '3s' });
  worlds.add(world);
  try {
    for (const [run, list] of Map.groupBy(cells, (cell) => cell.run)) await perform(world, run, {}, strikeAll(list));
    const enough = (): boolean => rows.reduce((sum, row) => sum + row.kills, 0) >= Number(options.kills);
    for (let n = 1; chance && !enough(); n += 1) {
      await perform(world, `random kills ${n}`, {}, async (_world, pusher, random) => {
        let begun = 0;
        let kills = 0;
        const killer = async (): Promise<void> => {
          while (begun < batch) {
            begun += 1;
            const killed = await killByChance(world, random, pusher);
            kills += killed;
            progress(`${engines} random kills ${n}: ${kills} of ${batch}`);
          }
        };
        // Of several processes, two are down at the same time.
        await Promise.all(engines === 'embedded' ? [killer()] : [killer(), killer(), killer()]);
        return { faults: kills, kills };
      });
    }
  } finally {
    worlds.delete(world);
    await world.close();
  }
}

/** Two mailers, two webs, timers on two processes; one mailer is killed and Redis flushed on the way. */
async function city(): Promise<void> {
  if (!wanted('city')) return;
  const people = options.short ? 1_500 : Number(options.people);
  const world = await openWorld({ engines: 'distributed', fleet: cityFleet, wired: false, lease: '15s' });
  worlds.add(world);
  try {
    const plan = { people, perSecond: 2_000, together: options.short ? 20 : 200 };
    await perform(world, `city of ${people}`, plan, async (_world, pusher) => {
      await pusher.begun(people / 3);
      await world.parts.find((part) => part.name === 'mailer-1')?.restart('SIGKILL');
      await pusher.begun((people * 2) / 3);
      await world.redis?.admin.flushall();
      return { faults: 2, kills: 1 };
    });
  } finally {
    worlds.delete(world);
    await world.close();
  }
}

/** From a text: the same seed gives the same choices, though not the same moments. */
function randomOf(text: string): () => number {
  let seed = 0;
  for (const letter of text) seed = Math.imul(seed ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return seededRandom(seed);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    // What a fault has just broken is not waited for: processes and servers end with this one.
    setTimeout(() => process.exit(1), 10_000);
    void Promise.allSettled([...worlds].map((world) => world.close())).finally(() => process.exit(1));
  });

const lanes = await Promise.allSettled([lane('embedded'), lane('distributed'), ...(options.short ? [city()] : [])]);
const late = options.short ? [] : await Promise.allSettled([city()]);
for (const end of [...lanes, ...late]) {
  if (end.status === 'fulfilled') continue;
  failed = true;
  say(`a lane broke: ${asError(end.reason).stack}`);
}
say(totalSentence(totalsOf(rows)));
if (rows.length === 0) failed = true;
if (options.markdown) {
  const command = `npm run test:crash -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, '');
  await writeTable(options.markdown, rows, { command, seed });
}
process.exit(failed ? 1 : 0);
