/** A process of the role `petitions` that dies at its work: the others go on with it soon, and not only when its lock in Redis ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { audit } from '../../src/ledger/audit.ts';
import { stateNumbers } from '../../src/ledger/numbers.ts';
import { petitionTable } from '../../src/petitions/petition-table.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { dropEngines, prepareEngines } from '../support/engines.ts';
import { startService, type ServiceProcess } from '../support/service-process.ts';
import { aSignature, campaign, target, testEnvironment } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: string;
let database: Database;
let env: Record<string, string>;
let key: string;
let started: ServiceProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'todoke-killed-'));
  env = { ...testEnvironment(folder), KEEP_OPEN: 'yes' };
  await prepareEngines(folder);
  database = await openDatabase(readConfig(env).DATABASE_URL, tables);
  const asked = { source: 'test', scopes: ['sign', 'staff'] as const, campaigns: null };
  key = await createSourceKey({ database, clock: systemClock }, asked);
  started = [];
});
afterEach(async () => {
  const { findings } = await audit(database);
  await Promise.all(started.map((service) => service.stop()));
  await database.close();
  await dropEngines(folder);
  rmSync(folder, { recursive: true, force: true });
  expect(findings.filter(({ violations }) => violations > 0)).toEqual([]);
});

async function start(roles: string, crash?: { at: string; after: number }): Promise<ServiceProcess> {
  const service = await startService({ ...env, ROLES: roles }, crash);
  started.push(service);
  return service;
}

async function post(service: ServiceProcess, path: string, body: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(service.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

test('the files of a petition come soon after the process that made them was killed', async () => {
  const [web, doomed] = await Promise.all([start('web,timers'), start('petitions', { at: 'file-kept', after: 0 })]);
  const channel = `/v1/campaigns/${campaign}/targets/${target}/channel`;
  expect(await post(web, channel, { mode: 'hand', reason: 'mail is refused' })).toBe(200);
  for (let n = 0; n < 3; n += 1) await post(web, `/v1/campaigns/${campaign}/signatures`, aSignature(n));
  await waitFor(
    () => stateNumbers(database),
    ({ letters }) => letters.for_hand === 3,
    'every name waiting',
  );
  expect(await post(web, `/v1/campaigns/${campaign}/petitions`, { target })).toBe(201);
  expect(await doomed.ended).toBe('SIGKILL');
  await start('petitions');
  const petitions = () => database.read.find(petitionTable, { select: { state: true, filesAt: true, dueAt: true } });
  await waitFor(petitions, ([petition]) => petition?.filesAt !== null, 'its files', 20_000);
  expect(await petitions()).toMatchObject([{ state: 'sealed', dueAt: null }]);
}, 60_000);
