/** One installation to be hurt: its engines, its processes, the wires between them, and the embassy that sees every copy. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { readConfig, roles, type Role } from '../../src/config.ts';
import { startEmbassy } from '../../src/embassy/embassy.ts';
import { accepts } from '../../src/embassy/personalities.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { campaignsAsking } from '../support/campaigns-asking.ts';
import { freePort } from '../support/free-port.ts';
import { startOwnRedis, type OwnRedis } from '../support/own-redis.ts';
import { createPart, type Part } from './fleet.ts';
import { createMailbag, type Mailbag } from './mailbag.ts';
import { startOwnMariaDb, type OwnMariaDb } from '../support/own-mariadb.ts';
import { layWire, type Wire } from './wire.ts';

export type Engines = 'embedded' | 'distributed';

export interface World {
  readonly engines: Engines;
  readonly mailbag: Mailbag;
  readonly database: Database;
  readonly key: string;
  readonly parts: readonly Part[];
  /** Empty where the parts are joined directly. */
  readonly wires: readonly Wire[];
  /** Where front ends push to. */
  readonly doors: readonly string[];
  /** Only on the distributed set. */
  readonly mariadb: OwnMariaDb | undefined;
  readonly redis: OwnRedis | undefined;
  /** Only on the embedded set. */
  readonly disk: { fill(): void; empty(): void } | undefined;
  /** Milliseconds all clocks are ahead of ours by now. */
  readonly ahead: number;
  moveAllClocks(ahead: number): void;
  /** Ends every fault that a broken run may have left, except processes that are down. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldPlan {
  engines: Engines;
  fleet: readonly { name: string; roles: readonly Role[] }[];
  /** Whether the parts are joined by wires that can be cut; they cost speed. */
  wired: boolean;
  lease: string;
}

export const oneProcess = [{ name: 'service', roles }];
export const everyRole: WorldPlan['fleet'] = [
  { name: 'web', roles: ['web'] },
  { name: 'mailer-1', roles: ['mailer'] },
  { name: 'mailer-2', roles: ['mailer'] },
  { name: 'reports', roles: ['reports'] },
  { name: 'petitions', roles: ['petitions'] },
  { name: 'timers', roles: ['timers'] },
];
export const cityFleet: WorldPlan['fleet'] = [
  { name: 'web-1', roles: ['web', 'timers'] },
  { name: 'web-2', roles: ['web', 'reports', 'timers'] },
  { name: 'mailer-1', roles: ['mailer'] },
  { name: 'mailer-2', roles: ['mailer', 'petitions'] },
];

export async function openWorld(plan: WorldPlan): Promise<World> {
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    return await open(plan, closing, close);
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function open(plan: WorldPlan, closing: (() => unknown)[], close: () => Promise<void>): Promise<World> {
  const { engines, wired } = plan;
  const folder = mkdtempSync(join(tmpdir(), 'todoke-matrix-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const mailbag = createMailbag();
  const embassy = await startEmbassy({ personality: accepts(), keep: 1, onMail: (mail) => mailbag.take(mail) });
  closing.push(() => embassy.close());
  // Everybody who signs is thanked by mail, which goes to the same server as the letters.
  const campaigns = campaignsAsking({ thanks: 'all' });
  closing.push(() => rmSync(campaigns, { recursive: true, force: true }));
  const disk = engines === 'embedded' ? mountDisk(folder, closing) : undefined;
  const mariadb = engines === 'distributed' ? await startOwnMariaDb() : undefined;
  if (mariadb) closing.push(() => mariadb.close());
  await mariadb?.ask('create database todoke');
  const redis = engines === 'distributed' ? await startOwnRedis() : undefined;
  if (redis) closing.push(() => redis.close());

  const databaseUrl = (port: number): string =>
    mariadb ? `mysql://root@127.0.0.1:${port}/todoke` : `sqlite:${join(folder, 'todoke.db')}`;
  const shared = {
    DATA_DIR: folder,
    DATABASE_CONNECTIONS: '6',
    SECRETS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
    PORT: '0',
    OPS_PORT: '0',
    BOUNCE_PORT: '0',
    CAMPAIGNS_DIR: campaigns,
    ORIGIN: 'https://todoke.example',
    PACE_PER_HOUR: '10000000',
    NOTICES_PER_HOUR: '1000000',
    KEEP_OPEN: 'yes',
    RELEASE_EVERY: '20ms',
    SWEEP_EVERY: '100ms',
    IN_DOUBT_WAIT: '500ms',
    BOUNCE_WAIT: '300ms',
    LEASE: plan.lease,
  };

  const wires: Wire[] = [];
  const doors: string[] = [];
  const parts: Part[] = [];
  for (const { name, roles: does } of plan.fleet) {
    const wireTo = async (other: string, port: number): Promise<number> => {
      if (!wired) return port;
      const wire = await layWire(`${name} — ${other}`, port);
      closing.push(() => wire.close());
      wires.push(wire);
      return wire.port;
    };
    const env: Record<string, string> = { ...shared };
    env['DATABASE_URL'] = databaseUrl(mariadb ? await wireTo('mariadb', mariadb.port) : 0);
    if (redis) env['REDIS_URL'] = `redis://127.0.0.1:${await wireTo('redis', Number(new URL(redis.url).port))}/0`;
    const relay = does.includes('mailer') ? await wireTo('relay', embassy.port) : embassy.port;
    env['SMTP_URL'] = `smtp://127.0.0.1:${relay}`;
    // A door keeps its address when the process behind it starts again, as behind a load balancer.
    const door = does.includes('web') ? await layWire(`front end — ${name}`, await freePort()) : undefined;
    if (door) {
      env['PORT'] = String(door.farPort);
      closing.push(() => door.close());
      wires.push(door);
      doors.push(`http://127.0.0.1:${door.port}`);
    }
    const part = createPart({ name, roles: does, env });
    parts.push(part);
    closing.push(() => part.stop());
  }
  const [first, ...others] = parts;
  await first?.start();
  await Promise.all(others.map((part) => part.start()));

  const { DATABASE_URL } = readConfig({ DATABASE_URL: databaseUrl(mariadb?.port ?? 0) });
  const database = await openDatabase(DATABASE_URL, tables);
  closing.push(() => database.close());
  const asked = { source: 'front-end', scopes: ['sign', 'staff'] as const, campaigns: null };
  const key = await createSourceKey({ database, clock: systemClock }, asked);
  let ahead = 0;

  return {
    engines,
    mailbag,
    database,
    key,
    parts,
    wires,
    doors,
    mariadb,
    redis,
    disk,
    close,
    get ahead() {
      return ahead;
    },
    moveAllClocks(milliseconds) {
      ahead = milliseconds;
      for (const part of parts) part.ahead(ahead);
    },
    async heal() {
      for (const wire of wires) wire.heal();
      disk?.empty();
      await redis?.admin.config('SET', 'maxmemory', '0');
    },
  };
}

/** A small disk of its own, mounted as memory, where this machine lets us. */
function mountDisk(folder: string, closing: (() => unknown)[]): World['disk'] {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  closing.push(() => execFileSync('umount', ['-l', folder]));
  const ballast = join(folder, 'ballast');
  return {
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      try {
        writeFileSync(ballast, Buffer.alloc(bavail * bsize));
      } catch {
        // The service writes meanwhile: then it is full a little earlier.
      }
    },
    empty: () => rmSync(ballast, { force: true }),
  };
}
