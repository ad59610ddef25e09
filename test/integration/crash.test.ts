import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/clock.ts';
import { startEmbassy, type Embassy } from '../../src/embassy/embassy.ts';
import { accepts } from '../../src/embassy/personalities.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { audit } from '../../src/ledger/audit.ts';
import { stateNumbers } from '../../src/ledger/numbers.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { letterHistoryTable } from '../../src/letters/letter-table.ts';
import { noticeTable } from '../../src/notices/notice-table.ts';
import { petitionTable } from '../../src/petitions/petition-table.ts';
import { points, type Point } from '../../src/points.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { campaignsAsking } from '../support/campaigns-asking.ts';
import { dropEngines, prepareEngines } from '../support/engines.ts';
import { freePort } from '../support/free-port.ts';
import { startService, type ServiceProcess } from '../support/service-process.ts';
import { aSignature, campaign, target, testEnvironment } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const people = 12;

let folder: string;
let embassy: Embassy;
let env: Record<string, string>;
let database: Database;
let key: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'todoke-crash-'));
  // The embassy lives in this process: it must outlive the service.
  embassy = await startEmbassy({ personality: accepts() });
  env = {
    ...testEnvironment(folder),
    SMTP_URL: embassy.url,
    KEEP_OPEN: 'yes',
    LEASE: '1500ms',
    IN_DOUBT_WAIT: '500ms',
    BOUNCE_WAIT: '300ms',
  };
  await prepareEngines(folder);
  database = await openDatabase(readConfig(env).DATABASE_URL, tables);
  key = await createSourceKey(
    { database, clock: systemClock },
    { source: 'test', scopes: ['sign', 'staff'], campaigns: null },
  );
});
afterEach(async () => {
  await database.close();
  await embassy.close();
  await dropEngines(folder);
  rmSync(folder, { recursive: true, force: true });
});

async function post(service: ServiceProcess, path: string, body: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(service.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/** Pushes everybody, as a front end does: an event without an answer is sent again with its id. Gives who got a 202. */
async function push(service: ServiceProcess): Promise<number[]> {
  const answered: number[] = [];
  for (let n = 0; n < people; n += 1) {
    const status = await post(service, `/v1/campaigns/${campaign}/signatures`, {
      ...aSignature(n),
      event_id: `e${n}`,
    }).catch(() => 0);
    if (status === 202) answered.push(n);
  }
  return answered;
}

const letters = async () => (await stateNumbers(database)).letters;

/** What must hold after every crash: nothing lost, nothing doubled but in doubt, and then with the same bytes. */
async function proveTheRoad(): Promise<void> {
  const result = await audit(database);
  expect(result.findings.filter((finding) => finding.violations > 0)).toEqual([]);
  const copies = Map.groupBy(embassy.received, (mail) => /^Message-ID: (.*)$/im.exec(mail.raw.toString())?.[1] ?? '');
  const doubts = await database.read.countBy(letterHistoryTable, { to: 'in_doubt' });
  for (const [id, mails] of copies) {
    expect(id).not.toBe('');
    expect(new Set(mails.map((mail) => mail.raw.toString())).size).toBe(1);
    expect(mails.length).toBeLessThanOrEqual(2);
  }
  expect(embassy.received.length - copies.size).toBeLessThanOrEqual(doubts);
}

const byMail: Point[] = ['intake-committed', 'before-intent', 'after-intent', 'after-354', 'after-dot', 'after-250'];
const byHand: Point[] = [
  'before-seal',
  'names-gathered',
  'names-counted',
  'sealed',
  'file-kept',
  'names-handed-in',
  'names-let-go',
];
const toSigners: Point[] = ['notice-begun', 'notice-sent'];

test('every labelled point is tried', () => {
  expect([...byMail, ...byHand, ...toSigners].toSorted()).toEqual([...points].toSorted());
});

describe('killed on the way by mail', () => {
  test.each(byMail.flatMap((point) => [0, 3].map((after) => [point, after] as const)))(
    '%s, the time after %i',
    async (at, after) => {
      const doomed = await startService(env, { at, after });
      const before = await push(doomed);
      expect(await doomed.ended).toBe('SIGKILL');
      // What was answered with 202 is on disk, before anything is repaired.
      expect(await database.read.count(signatureTable)).toBeGreaterThanOrEqual(before.length);

      const healed = await startService(env);
      expect(await push(healed)).toHaveLength(people);
      await waitFor(letters, (seen) => seen.delivered === people, 'every letter delivered', 25_000);
      await healed.stop();
      expect(await database.read.count(signatureTable)).toBe(people);
      await proveTheRoad();
    },
    60_000,
  );
});

describe('killed on the way to a signer', () => {
  test.each(toSigners)(
    '%s: nobody is written to twice',
    async (at) => {
      const port = String(await freePort());
      const pages = { PORT: port, ORIGIN: `http://127.0.0.1:${port}` };
      env = { ...env, ...pages, LEASE: '5s', CAMPAIGNS_DIR: campaignsAsking({ thanks: 'all' }) };
      const doomed = await startService(env, { at, after: 2 });
      await push(doomed);
      expect(await doomed.ended).toBe('SIGKILL');

      const healed = await startService(env);
      expect(await push(healed)).toHaveLength(people);
      const notices = () => database.read.find(noticeTable);
      await waitFor(
        notices,
        (rows) => rows.length === people && rows.every(({ endedAt }) => endedAt !== null),
        'thanks',
      );
      await waitFor(letters, (seen) => seen.delivered === people, 'every letter delivered', 25_000);
      await healed.stop();
      // What was begun may have arrived. No more is begun at a time than a crash may leave in doubt.
      const verdicts = Map.groupBy(await notices(), ({ verdict }) => verdict);
      expect(new Set(verdicts.keys())).toEqual(new Set(['accepted', 'in_doubt']));
      expect(verdicts.get('in_doubt')?.length).toBeLessThanOrEqual(2);
      const written = embassy.received.flatMap(({ envelope }) => envelope.to).filter((to) => to.startsWith('signer'));
      expect(new Set(written).size).toBe(written.length);
      await proveTheRoad();
    },
    60_000,
  );
});

/** Where the crash is to come between two batches of names, a batch and some more sign. */
const betweenBatches: ReadonlySet<Point> = new Set(['names-gathered', 'names-handed-in', 'names-let-go']);
const signersFor = (at: Point): number => (betweenBatches.has(at) ? 500 + people : people);

describe('killed on the way by hand', () => {
  test.each(byHand)(
    '%s',
    async (at) => {
      const signers = signersFor(at);
      const doomed = await startService(env, { at, after: 0 });
      const channel = `/v1/campaigns/${campaign}/targets/${target}/channel`;
      expect(await post(doomed, channel, { mode: 'hand', reason: 'mail is refused' })).toBe(200);
      expect(await pushMany(doomed, signers)).toBe(200);
      await waitFor(letters, (seen) => seen.for_hand === signers, 'every name waiting');
      const compile = (service: ServiceProcess) => post(service, `/v1/campaigns/${campaign}/petitions`, { target });
      await compile(doomed).catch(() => 0);
      if (at === 'names-let-go') await voidFirst(doomed);
      if (at === 'names-handed-in') await handInFirst(doomed);
      expect(await doomed.ended).toBe('SIGKILL');
      // Whatever the moment, nobody is lost or doubled before anything is repaired.
      await proveTheRoad();
      const half = await letters();
      if (at === 'before-seal') expect(half.for_hand).toBe(signers);
      else if (at === 'names-handed-in') expect(half).toMatchObject({ handed_in: 500, petitioned: people });
      else if (betweenBatches.has(at)) expect(half.for_hand).toBeGreaterThan(0);
      else expect(half.petitioned).toBe(signers);

      const healed = await startService(env);
      // What was begun is finished by itself, and not begun again.
      if (at === 'before-seal') expect(await compile(healed)).toBe(201);
      if (at === 'names-let-go')
        await waitFor(
          () => compile(healed),
          (status) => status === 201,
          'the next petition',
        );
      await waitFor(
        async () =>
          (await database.read.query(`select files_at from petition where state <> 'void'`)) as {
            files_at: number | null;
          }[],
        (rows) => rows.length === 1 && rows[0]?.files_at !== null,
        'one petition with its files',
        25_000,
      );
      expect(await compile(healed)).toBe(409);
      const end = at === 'names-handed-in' ? 'handed_in' : 'petitioned';
      await waitFor(letters, (seen) => seen[end] === signers, 'every letter where it belongs', 25_000);
      await healed.stop();
      await proveTheRoad();
    },
    60_000,
  );
});

async function pushMany(service: ServiceProcess, many: number): Promise<number> {
  const lines = Array.from({ length: many }, (_, n) => JSON.stringify({ ...aSignature(n), event_id: `e${n}` }));
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
  const path = `/v1/campaigns/${campaign}/signatures`;
  const response = await fetch(service.origin + path, { method: 'POST', headers, body: lines.join('\n') });
  await response.arrayBuffer();
  return response.status;
}

async function voidFirst(service: ServiceProcess): Promise<void> {
  const [{ id = '' } = {}]: { id?: string }[] = await database.read.query('select id from petition');
  await post(service, `/v1/petitions/${id}/void`, { reason: 'a misprint' }).catch(() => 0);
}

/** Waits for its files, since nobody carries what is not printed. */
async function handInFirst(service: ServiceProcess): Promise<void> {
  const rows = () => database.read.find(petitionTable, { select: { id: true, filesAt: true } });
  const petitions = await waitFor(rows, ([petition]) => Boolean(petition?.filesAt), 'the files to be carried', 25_000);
  const report = { outcome: 'accepted', at: new Date().toISOString(), place: 'at the gate' };
  await post(service, `/v1/petitions/${petitions[0]?.id}/hand-ins`, report).catch(() => 0);
}
