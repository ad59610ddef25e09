import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailboxFullReport } from '../support/failure-report.ts';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { day } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { createReturnPaths } from '../../src/outbox/return-path.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { namesOnPetition } from '../../src/petitions/names-on-petition.ts';
import { sealPetition } from '../../src/petitions/seal-petition.ts';
import { voidPetition } from '../../src/petitions/void-petition.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase, type DatabaseChoice } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { openKeyRing } from '../../src/secrets.ts';
import { explain, type Seen } from '../support/explain.ts';
import { fillWithLetters } from '../support/million-letters.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { startTestApp, target, campaign, type TestApp } from '../support/start-app.ts';
import { movableClock } from '../support/movable-clock.ts';
import { has } from '../support/needs.ts';
import { startOwnMariaDb, throwAway } from '../support/own-mariadb.ts';
import { storageEngines, type StorageEngine } from '../support/storage-engines.ts';
import { waitFor } from '../support/wait-for.ts';

const million = 1_000_000;

interface Ground {
  choice: DatabaseChoice;
  drop(): Promise<void>;
}

/** A MariaDB that may lose everything fills four times as fast; a machine that only reaches one elsewhere uses that. */
async function freshGround({ isSqlite, fresh }: StorageEngine): Promise<Ground> {
  if (isSqlite || !has('mariadb-install-db')) return fresh();
  const server = await startOwnMariaDb(throwAway);
  await server.ask('create database million');
  return { choice: { kind: 'mysql', url: `${server.url}/million` }, drop: () => server.close() };
}

const now = movableClock().now();
/** Both engines fill at the same time, each on a core. */
let grounds: Map<StorageEngine, Promise<Ground>>;

beforeAll(async () => {
  const [known] = await loadCampaigns('campaigns');
  if (!known) throw new Error('no campaign');
  const { version, languages } = known;
  const [language = 'en'] = languages;
  const filled = async (engine: StorageEngine): Promise<Ground> => {
    const ground = await freshGround(engine);
    await fillWithLetters(ground.choice, { campaign, version, language, target, letters: million, now });
    return ground;
  };
  grounds = new Map(storageEngines.map((engine) => [engine, filled(engine)]));
  await Promise.all(grounds.values());
}, 240_000);
afterAll(async () => {
  for (const ground of await Promise.allSettled(grounds.values()))
    if (ground.status === 'fulfilled') await ground.value.drop();
});

describe.each(storageEngines)('$name with a million letters', (engine) => {
  const { isSqlite } = engine;
  const said = new Map<string, readonly unknown[]>();
  let app: TestApp;
  /** Connections of the test's own, whose questions do not count. */
  let watcher: Database;

  beforeAll(async () => {
    const ground = await grounds.get(engine);
    if (!ground) throw new Error('no database');
    const env = {
      DATABASE_URL: ground.choice.kind === 'sqlite' ? `sqlite:${ground.choice.file}` : ground.choice.url,
      RELEASE_EVERY: '200ms',
      SWEEP_EVERY: '500ms',
    };
    app = await startTestApp({ env });
    watcher = await openDatabase(ground.choice, tables);
    // From here on every statement of the running service is written down.
    const { writer } = app.database as Database & { writer: Database['read']['dataSource'] };
    for (const { logger } of new Set([writer, app.database.read.dataSource]))
      logger.logQuery = (sql: string, values: readonly unknown[] = []) => void said.set(shapeOf(sql), [sql, values]);
  });
  afterAll(async () => {
    await watcher.close();
    await app.stop();
  });

  test('no statement of the road reads a whole table or sorts what it reads', async () => {
    await workForAWhile(app, watcher.read);
    const statements = [...said.values()] as [string, unknown[]][];
    const asked = statements.filter(([sql]) => /^\s*(select|update|delete)/i.test(sql) && / from |^update/i.test(sql));
    // The road asks dozens of different questions: too few would mean that nobody listened.
    expect(asked.length).toBeGreaterThan(25);
    const bad: (Seen & { sql: string })[] = [];
    for (const [sql, values] of asked)
      for (const seen of await explain(app.database, sql, values, isSqlite))
        if (seen.isScan || seen.isSorted) bad.push({ sql: sql.slice(0, 300), ...seen });
    expect(bad).toEqual([]);
  }, 120_000);

  test('a statement without an index would be seen', async () => {
    const [scan] = await explain(app.database, 'select id from letter where mailbox = ?', ['x'], isSqlite);
    expect(scan?.isScan).toBe(true);
    const sorted = await explain(
      app.database,
      'select id from letter where target = ? and state = ? order by created_at limit 5',
      [target, 'queued'],
      isSqlite,
    );
    expect(sorted.some((seen) => seen.isSorted)).toBe(true);
  });
});

const shapeOf = (sql: string): string =>
  sql.replaceAll(/\(\s*\?(?:\s*,\s*\?)*\s*\)/g, '(?)').replaceAll(/(?:, \(\?\))+/g, '');

/** The whole road once, on top of the million: signed, mailed, returned, reviewed, shut, sealed, taken back, swept. */
async function workForAWhile(app: TestApp, read: Database['read']): Promise<void> {
  for (let n = 0; n < 5; n += 1) expect((await app.sign(n + 2 * million)).status).toBe(202);
  const attempts = await waitFor(
    () => read.find(attemptTable, { take: 100, where: { verdict: 'accepted' } }),
    (seen) => seen.length >= 100,
    'letters on their way',
    60_000,
  );
  const paths = createReturnPaths({ keys: openKeyRing(app.folder, undefined), domain: 'bounce.todoke.example' });
  for (const { letterId } of attempts.slice(0, 3))
    await handInMail(app.bouncePort, paths.make(letterId, app.clock.now()), mailboxFullReport(letterId));
  await waitFor(
    () => read.find(returnedMailTable, { select: { id: true, readAt: true } }),
    (mails) => mails.length === 3 && mails.every((mail) => mail.readAt !== null),
    'the reports read',
    60_000,
  );
  app.clock.move(3 * day);
  await waitFor(
    () => read.findOneByOrFail(letterTable, { id: attempts[50]?.letterId ?? '' }),
    (letter) => letter.state === 'delivered',
    'a letter delivered',
    60_000,
  );
  await sealSome(app);
}

/** Some batches of names are sealed, and let go again: as many as it takes to hear every question. */
async function sealSome({ database, clock }: TestApp): Promise<void> {
  const [known] = await loadCampaigns('campaigns');
  const campaigns = known ? [known] : [];
  const needs = { database, clock, queue: { ask: () => Promise.resolve() } };
  const petition = await sealPetition(needs, { campaigns, target, by: 'test' }, 0);
  expect(petition).toMatchObject({ state: 'sealing', names: 1_000 });
  for await (const { name } of namesOnPetition(database.read, petition)) expect(name).not.toBeNull();
  expect(await voidPetition(needs, petition.id, 'a test', 0)).toMatchObject({ state: 'voiding', done: 500 });
}
