/** A database that is slow, held up, cut off or gone while signatures keep coming: refused in time, none lost, nothing piled up. */
import { createSecretKey } from 'node:crypto';

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { startEmbassy, type Embassy } from '../../src/embassy/embassy.ts';
import { accepts } from '../../src/embassy/personalities.ts';
import { createSignatureIntake } from '../../src/intake/accept-signatures.ts';
import { readSignature } from '../../src/intake/signature.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { audit } from '../../src/ledger/audit.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { dropEngines, engines, prepareEngines } from '../support/engines.ts';
import { startService, type ServiceProcess } from '../support/service-process.ts';
import { aSignature, campaign, testEnvironment } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const path = `/v1/campaigns/${campaign}/signatures`;

test('beyond the most that may wait, the next one is refused at once', async () => {
  const [known] = await loadCampaigns('campaigns');
  if (!known) throw new Error('no campaign');
  const reading = { campaign: known, source: 'test', door: 'api', now: Date.UTC(2020, 5, 1), keepOpen: true } as const;
  const { eventId: _none, ...signature } = readSignature(aSignature(1), reading);
  const held = Promise.withResolvers<never>();
  const intake = createSignatureIntake({
    database: { writers: 1, write: () => held.promise } as unknown as Database,
    clock: systemClock,
    keys: { current: '1', keys: new Map([['1', createSecretKey(Buffer.alloc(32))]]) },
    writeLetters: () => Promise.resolve(),
    counted: () => undefined,
  });
  const inside = Array.from({ length: 20_000 }, (_, n) => intake.accept(signature, `e${n}`));
  const all = Promise.allSettled(inside);
  await expect(intake.accept(signature, 'one more')).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5 });
  // Who is in the transaction, and who waits for it, is refused in time as well.
  expect((await all).map((each) => each.status)).not.toContain('fulfilled');
});

interface Line {
  url: string;
  /** Passes bytes, swallows them, or refuses to listen. */
  become(state: 'open' | 'black hole' | 'gone'): Promise<void>;
  close(): Promise<void>;
}

/** A line to the database server that can be cut in both ways. */
async function lineTo(url: string): Promise<Line> {
  const real = new URL(url);
  const pairs = new Set<[Socket, Socket]>();
  let swallow = false;
  let server: Server;
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server = createServer((here) => {
        const there = connect(Number(real.port || 3306), real.hostname);
        pairs.add([here, there]);
        for (const [from, to] of [
          [here, there],
          [there, here],
        ] as const) {
          from.on('data', (bytes) => void (swallow || to.write(bytes)));
          from.on('error', () => undefined);
          from.on('close', () => to.destroy());
        }
      });
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
  const hangUp = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  const end = () => new Promise<void>((resolve) => server.close(() => resolve()));
  await listen(0);
  const { port } = server!.address() as AddressInfo;
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    async become(state) {
      swallow = state === 'black hole';
      if (state === 'black hole') return;
      const ended = server.listening ? end() : Promise.resolve();
      hangUp();
      await ended;
      if (state === 'open') await listen(port);
    },
    async close() {
      const ended = server.listening ? end() : Promise.resolve();
      hangUp();
      await ended;
    },
  };
}

describe('a service under an open-loop load', () => {
  let folder: string;
  let embassy: Embassy;
  let database: Database;
  let key: string;
  let line: Line | undefined;
  let service: ServiceProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'todoke-pressure-'));
    embassy = await startEmbassy({ personality: accepts() });
    await prepareEngines(folder);
    const env: Record<string, string> = { ...testEnvironment(folder), SMTP_URL: embassy.url, KEEP_OPEN: 'yes' };
    database = await openDatabase(readConfig(env).DATABASE_URL, tables);
    key = await createSourceKey(
      { database, clock: systemClock },
      { source: 'test', scopes: ['sign'], campaigns: null },
    );
    line = engines === 'distributed' ? await lineTo(env['DATABASE_URL'] ?? '') : undefined;
    // Mail is not what is under load here.
    service = await startService({ ...env, PACE_PER_HOUR: '1', ...(line ? { DATABASE_URL: line.url } : {}) });
  });
  afterEach(async () => {
    await service.stop();
    await line?.close();
    await database.close();
    await embassy.close();
    await dropEngines(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const post = (body: string, type: string) =>
    fetch(service.origin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body,
    });
  const person = (n: number): string => JSON.stringify({ ...aSignature(n), event_id: `e${n}` });

  interface Answer {
    n: number;
    status: number;
    retryAfter: string | null;
  }

  async function sign(n: number): Promise<Answer> {
    const response = await post(person(n), 'application/json');
    await response.arrayBuffer();
    return { n, status: response.status, retryAfter: response.headers.get('retry-after') };
  }

  async function stream(from: number, count: number): Promise<Answer[]> {
    const response = await post(
      Array.from({ length: count }, (_, n) => person(from + n)).join('\n'),
      'application/x-ndjson',
    );
    const lines = (await response.text()).trim().split('\n');
    expect(lines).toHaveLength(count);
    return lines.map((text, n) => ({ n: from + n, status: Number(JSON.parse(text).code), retryAfter: 'in a line' }));
  }

  /** Starts a few requests at every turn, whatever became of those before, until told to stop. */
  function openLoop(from: number): { stop(): Promise<Answer[]>; answers: readonly Answer[] } {
    const answers: Answer[] = [];
    const under = new Set<Promise<unknown>>();
    let n = from;
    const timer = setInterval(() => {
      for (let times = 0; times < 2; times += 1) {
        const one = sign(n++)
          .then((answer) => answers.push(answer))
          .catch((error: unknown) => answers.push({ n: 0, status: -1, retryAfter: String(error) }))
          .finally(() => under.delete(one));
        under.add(one);
      }
    }, 20);
    return {
      answers,
      async stop() {
        clearInterval(timer);
        await Promise.all(under);
        return answers;
      },
    };
  }

  const resident = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1024;

  async function overload(shut: () => Promise<() => Promise<void>>): Promise<void> {
    expect((await Promise.all([1, 2, 3].map(sign))).map(({ status }) => status)).toEqual([202, 202, 202]);
    const load = openLoop(1_000);
    await waitFor(
      () => load.answers.length,
      (n) => n > 50,
      'a warm service',
    );
    const open = await shut();
    const many = stream(100_000, 3_000);
    const refused = (): number => load.answers.filter(({ status }) => status === 503).length;
    await waitFor(refused, (n) => n >= 500, 'refusals', 60_000);
    // Whatever a warm-up needs is taken by now; a thousand more refusals must cost nothing that stays.
    const early = resident();
    await waitFor(refused, (n) => n >= 1_500, 'many refusals', 60_000);
    const late = resident();
    expect(late - early, `${early} MB, then ${late} MB`).toBeLessThan(100);
    await open();
    const before = load.answers.length;
    await waitFor(
      () => load.answers.slice(before).filter(({ status }) => status === 202).length,
      (n) => n > 20,
      'accepted ones again',
      30_000,
    );
    const answers = [...(await load.stop()), ...(await many)];
    expect([...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b)).toEqual([202, 503]);
    for (const { status, retryAfter } of answers) if (status === 503) expect(retryAfter).toMatch(/^\d+$|^in a line$/);
    await proveNothingLost(answers);
  }

  async function proveNothingLost(answers: readonly Answer[]): Promise<void> {
    const stored = new Map<string, number>();
    for (const { email } of await database.read.find(signatureTable, { select: { email: true } }))
      stored.set(email ?? '', (stored.get(email ?? '') ?? 0) + 1);
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted.filter(({ n }) => stored.get(aSignature(n).email) !== 1)).toEqual([]);
    // What was refused is sent again, and counts once, whether it had been stored or not.
    const again = answers.filter(({ status }) => status === 503).slice(0, 200);
    expect((await Promise.all(again.map(({ n }) => sign(n)))).filter(({ status }) => status !== 202)).toEqual([]);
    const rows = await database.read.find(signatureTable, { select: { personKey: true } });
    expect(new Set(rows.map(({ personKey }) => personKey)).size).toBe(rows.length);
    expect((await audit(database)).findings.filter(({ violations }) => violations > 0)).toEqual([]);
  }

  test('rows that another program holds', async () => {
    await overload(async () => {
      if (engines === 'embedded') {
        const other = new Libsql(join(folder, 'todoke.db'));
        other.exec('pragma busy_timeout = 10000; begin immediate');
        return () => {
          other.exec('rollback');
          other.close();
          return Promise.resolve();
        };
      }
      const other = await mysql.createConnection(testEnvironment(folder)['DATABASE_URL'] ?? '');
      await other.query('lock tables signature write');
      return () => other.end();
    });
  }, 180_000);

  // SQLite has no line that could be cut.
  const lines = engines === 'distributed' ? ['a line of its own'] : [];
  describe.each(lines)('on %s', () => {
    test.each(['gone', 'black hole'] as const)(
      'that is %s',
      async (state) => {
        await overload(async () => {
          await line?.become(state);
          return async () => {
            await line?.become('open');
          };
        });
      },
      180_000,
    );
  });
});
