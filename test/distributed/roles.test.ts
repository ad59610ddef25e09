/** One installation of many processes, each with a role: they find each other through the rows, and survive each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { startEmbassy, type Embassy } from '../../src/embassy/embassy.ts';
import { accepts, bouncesLater, slow } from '../../src/embassy/personalities.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { audit } from '../../src/ledger/audit.ts';
import { stateNumbers } from '../../src/ledger/numbers.ts';
import { readChannel } from '../../src/outbox/channel-table.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { dropEngines, prepareEngines } from '../support/engines.ts';
import { startOwnRedis, type OwnRedis } from '../support/own-redis.ts';
import { startService, type ServiceProcess } from '../support/service-process.ts';
import { aSignature, campaign, target, testEnvironment } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: string;
let embassy: Embassy;
let database: Database;
let env: Record<string, string>;
let key: string;
let bouncePort: number;
let started: Promise<ServiceProcess>[];
let ownRedis: OwnRedis | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'todoke-roles-'));
  bouncePort = await freePort();
  embassy = await startEmbassy({ personality: accepts(), bounceTo: { host: '127.0.0.1', port: bouncePort } });
  env = { ...testEnvironment(folder), SMTP_URL: embassy.url, KEEP_OPEN: 'yes', LEASE: '60s' };
  await prepareEngines(folder);
  database = await openDatabase(readConfig(env).DATABASE_URL, tables);
  key = await createSourceKey(
    { database, clock: systemClock },
    { source: 'test', scopes: ['sign', 'read', 'staff'], campaigns: null },
  );
  started = [];
});
afterEach(async () => {
  const green = await audit(database);
  // Also those that were still starting when a test failed.
  for (const service of await Promise.allSettled(started))
    if (service.status === 'fulfilled') await service.value.stop();
  await database.close();
  await embassy.close();
  await ownRedis?.close();
  ownRedis = undefined;
  await dropEngines(folder);
  rmSync(folder, { recursive: true, force: true });
  expect(green.findings.filter(({ violations }) => violations > 0)).toEqual([]);
});

/** A process of the installation, with files of its own as on a machine of its own. */
function start(roles: string, changes: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = startService({ ...env, ROLES: roles, ...changes });
  started.push(service);
  return service;
}

async function call(web: ServiceProcess, method: string, path: string, body?: object) {
  const response = await fetch(web.origin + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}
const told = async (web: ServiceProcess, path: string): Promise<any> =>
  JSON.parse((await call(web, 'GET', path)).bytes.toString());
const sign = async (web: ServiceProcess, n: number): Promise<number> =>
  (await call(web, 'POST', `/v1/campaigns/${campaign}/signatures`, { ...aSignature(n), event_id: `e${n}` })).status;
const letters = async () => (await stateNumbers(database)).letters;
const keepsTime = (service: ServiceProcess): boolean =>
  service.said.some((line) => line.includes('this process keeps the time'));
const leaseTaken = () => database.read.query('select holder from lease') as Promise<{ holder: string }[]>;
const copies = () =>
  Map.groupBy(embassy.received, (mail) => /^Message-ID: (.*)$/im.exec(mail.raw.toString())?.[1] ?? '');

describe('one process for each role', () => {
  test('carry a letter from the form over a bounce to the door', async () => {
    // Late enough that all letters have left by then: reports that come earlier keep the others back.
    embassy.become(bouncesLater({ report: 'blocked', after: 8_000 }));
    // One folder as the shared store of petition files.
    const [web] = await Promise.all([
      start('web'),
      start('mailer'),
      start('mailer'),
      start('reports', { BOUNCE_PORT: String(bouncePort) }),
      start('petitions'),
      start('timers'),
      start('timers'),
    ]);
    for (let n = 0; n < 10; n += 1) expect(await sign(web, n)).toBe(202);
    await waitFor(letters, (seen) => seen.for_hand === 10, 'ten names for the petition', 30_000);
    await waitFor(
      async () => (await readChannel(database.read, target)).mode,
      (mode) => mode === 'hand',
      'a shut channel',
    );
    expect(embassy.received).toHaveLength(10);
    const compiled = await call(web, 'POST', `/v1/campaigns/${campaign}/petitions`, { target });
    expect(compiled.status).toBe(201);
    const { id } = JSON.parse(compiled.bytes.toString()) as { id: string };
    await waitFor(
      () => told(web, `/v1/petitions/${id}`),
      (seen) => seen.files_ready === true,
      'the files',
      30_000,
    );
    const pdf = await call(web, 'GET', `/v1/petitions/${id}/volumes/1.pdf`);
    expect([pdf.status, pdf.bytes.subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
    const handIn = { outcome: 'accepted', at: new Date().toISOString(), place: 'the gate' };
    expect((await call(web, 'POST', `/v1/petitions/${id}/hand-ins`, handIn)).status).toBe(201);
    expect((await letters()).handed_in).toBe(10);
  });

  test('only one keeps the time; a killed one is followed within its term, a stopped one at once', async () => {
    const [first, second] = await Promise.all([start('timers'), start('timers')]);
    const keeper = (among: ServiceProcess[]) =>
      waitFor(
        () => among.filter(keepsTime),
        (seen) => seen.length > 0,
        'somebody who keeps the time',
        25_000,
      );
    const [killed] = await keeper([first, second]);
    if (!killed) throw new Error('nobody keeps the time');
    const other = killed === first ? second : first;
    expect(keepsTime(other)).toBe(false);
    killed.kill('SIGKILL');
    await killed.ended;
    await keeper([other]);
    const third = await start('timers');
    expect(keepsTime(third)).toBe(false);
    const held = await leaseTaken();
    expect(held).toHaveLength(1);
    await other.stop();
    // Given back, and not waited for.
    expect(await leaseTaken()).not.toEqual(held);
    await keeper([third]);
  });

  test('a mailer that is stopped under load says its last word, leaves nothing behind, and nothing goes twice', async () => {
    embassy.become(slow({ ms: 15 }));
    const [web, mailer] = await Promise.all([start('web'), start('mailer'), start('timers')]);
    for (let n = 0; n < 120; n += 1) expect(await sign(web, n)).toBe(202);
    await waitFor(
      () => embassy.received.length,
      (n) => n >= 20,
      'letters on their way',
    );
    mailer.kill('SIGTERM');
    expect(await mailer.ended).toBe('0');
    const left = await letters();
    expect([left.sending, left.in_doubt]).toEqual([0, 0]);
    expect(left.accepted).toBe(embassy.received.length);
    // It was stopped amid its work.
    expect(left.queued).toBeGreaterThan(0);
    embassy.become(accepts());
    await start('mailer');
    // What was in the hands of the stopped one is reminded of after a minute at most.
    await waitFor(letters, (seen) => seen.accepted === 120, 'all letters', 90_000);
    expect(copies().size).toBe(120);
    expect(embassy.received).toHaveLength(120);
  }, 150_000);

  test('readiness is red while the port still answers, until the stop is over', async () => {
    const opsPort = await freePort();
    const web = await start('web', { OPS_PORT: String(opsPort), STOP_DELAY: '8s' });
    const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status;
    expect(await ready()).toBe(200);
    web.kill('SIGTERM');
    await waitFor(ready, (status) => status === 503, 'a red light', 3_900);
    expect(await sign(web, 1)).toBe(202);
    expect(await web.ended).toBe('0');
    await expect(sign(web, 2)).rejects.toThrow();
  });
});

describe('Redis', () => {
  test('away: signatures are taken all the same, and the letters go once it is back', async () => {
    ownRedis = await startOwnRedis();
    env['REDIS_URL'] = ownRedis.url;
    const [web] = await Promise.all([start('web'), start('mailer'), start('timers')]);
    expect(await sign(web, 1)).toBe(202);
    await waitFor(letters, (seen) => seen.accepted === 1, 'the first letter');
    await ownRedis.kill();
    for (let n = 2; n <= 6; n += 1) expect(await sign(web, n)).toBe(202);
    expect(embassy.received).toHaveLength(1);
    await ownRedis.start();
    // A reminder that got lost is given again after a minute at most.
    await waitFor(letters, (seen) => seen.accepted === 6, 'all letters', 100_000);
    expect(embassy.received).toHaveLength(6);
  }, 150_000);

  test('that may evict reminders is refused with the remedy', async () => {
    ownRedis = await startOwnRedis({ maxmemory: '50mb', policy: 'allkeys-lru' });
    await expect(start('web', { REDIS_URL: ownRedis.url })).rejects.toThrow(
      /maxmemory-policy is allkeys-lru.*config set maxmemory-policy noeviction/,
    );
  });

  test('holds what is in flight, and not the backlog', async () => {
    ownRedis = await startOwnRedis();
    env['REDIS_URL'] = ownRedis.url;
    const [web] = await Promise.all([start('web'), start('timers', { PACE_PER_HOUR: '7200' })]);
    const lines = Array.from({ length: 5_000 }, (_, n) => JSON.stringify({ ...aSignature(n), event_id: `e${n}` }));
    const response = await fetch(`${web.origin}/v1/campaigns/${campaign}/signatures`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect((await response.text()).match(/"code":202/g)).toHaveLength(5_000);
    const redis = new Redis(ownRedis.url);
    try {
      // No mailer: what was released stays in the list.
      const waiting = await waitFor(
        async () => redis.llen(`${env['REDIS_PREFIX']}:send-letters:wait`),
        (n) => n > 2,
        'released letters',
      );
      expect((await letters()).queued).toBe(5_000);
      expect(waiting).toBeLessThan(100);
      expect(await redis.dbsize()).toBeLessThan(waiting + 120);
      const kept = await redis.keys('*');
      const jobs = kept.filter((name) => /:send-letters:\d+$/.test(name));
      const ids = (await Promise.all(jobs.map((name) => redis.hget(name, 'data')))).flatMap(
        (data) => (JSON.parse(data ?? '{}') as { letterIds?: string[] }).letterIds ?? [],
      );
      expect(ids.length).toBeGreaterThan(0);
      // Two a second, and at most a minute's worth at once.
      expect(ids.length).toBeLessThan(500);
    } finally {
      redis.disconnect();
    }
  });
});
