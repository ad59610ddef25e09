import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailboxFullReport } from '../support/failure-report.ts';
import { day } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { createReturnPaths } from '../../src/outbox/return-path.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { openKeyRing } from '../../src/secrets.ts';
import { explain, fillWithLetters, type Seen } from '../support/million-letters.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { startTestApp, target, campaign, type TestApp } from '../support/start-app.ts';
import { storageEngines } from '../support/storage-engines.ts';
import { waitFor } from '../support/wait-for.ts';

const million = 1_000_000;

describe.each(storageEngines)('$name with a million letters', ({ isSqlite, fresh }) => {
  const said = new Map<string, readonly unknown[]>();
  let app: TestApp;
  let drop: () => Promise<void>;
  /** Connections of the test's own, whose questions do not count. */
  let watcher: Database;

  beforeAll(async () => {
    const ground = await fresh();
    drop = ground.drop;
    const env = {
      DATABASE_URL: 'file' in ground.choice ? `sqlite:${ground.choice.file}` : ground.choice.url,
      RELEASE_EVERY: '200ms',
      SWEEP_EVERY: '500ms',
    };
    app = await startTestApp({ env });
    await fillWithLetters(app.database, { campaign, target, letters: million, now: app.clock.now(), isSqlite });
    watcher = await openDatabase(ground.choice, tables);
    // From here on every statement of the running service is written down.
    const { writer } = app.database as Database & { writer: Database['read']['dataSource'] };
    for (const { logger } of new Set([writer, app.database.read.dataSource]))
      logger.logQuery = (sql: string, values: readonly unknown[] = []) => void said.set(shapeOf(sql), [sql, values]);
  }, 240_000);
  afterAll(async () => {
    await watcher.close();
    await app.stop();
    await drop();
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
}
