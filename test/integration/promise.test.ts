import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startApp } from '../../src/app.ts';
import { createCampaignBook } from '../../src/campaigns/campaign-book.ts';
import { campaignVersionTable } from '../../src/campaigns/versions/version-table.ts';
import { day, hour, minute } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { accepts, dropsAfterDot, refusesByPolicy, slow } from '../../src/embassy/personalities.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { readChannel } from '../../src/outbox/channel-table.ts';
import { recordReport } from '../../src/outcomes/record-report.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { createEmbeddedQueue } from '../../src/queue/embedded-queue.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { campaignsWith } from '../support/campaigns-with.ts';
import { doubtTwice } from '../support/doubt-twice.ts';
import { realClock } from '../support/movable-clock.ts';
import { lockLetters } from '../support/lock-rows.ts';
import { campaign, startTestApp, target, testEnvironment, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

describe('an accepted signature is never lost', () => {
  test('also when the same person withdrew before and signs again', async () => {
    app = await startTestApp({ env: { PACE_PER_HOUR: '1' } });
    await app.sign(1);
    await app.until({ accepted: 1 });
    const first = await app.sign(2);
    await fetch(`${first.body.receipt_url}/withdraw`, { method: 'POST' });
    await app.until({ withdrawn: 1 });
    const again = await app.sign(2);
    expect(again.status).toBe(202);
    await app.until({ withdrawn: 1, queued: 1 });
    app.clock.move(2 * hour);
    await app.until({ accepted: 2 });
  });

  test('when its source asks again after the campaign closed: the same event gets the same answer', async () => {
    app = await startTestApp();
    const first = await app.sign(1, { event_id: 'e-1' });
    app.clock.set(Date.UTC(2020, 8, 2));
    expect((await app.sign(1, { event_id: 'e-1' })).body).toEqual(first.body);
    expect((await app.sign(1, { event_id: 'e-1', name: 'Other' })).status).toBe(409);
    expect((await app.sign(2, { event_id: 'e-2' })).status).toBe(409);
  });

  test('when its campaign is taken away: the rows still hold it, and without them the service does not start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-taken-'));
    const [own, others] = [campaignsWith({ identity: 'reply-to' }), mkdtempSync(join(tmpdir(), 'todoke-others-'))];
    const env = { PACE_PER_HOUR: '1', CAMPAIGNS_EVERY: '1h' };
    const { clock } = (app = await startTestApp({ folder, env: { ...env, CAMPAIGNS_DIR: own } }));
    await app.sign(1);
    await app.sign(2);
    await app.until({ accepted: 1, queued: 1 });
    await app.stop();
    app = await startTestApp({ folder, clock, env: { ...env, CAMPAIGNS_DIR: others } });
    await app.until({ accepted: 1, queued: 1 });
    expect(readdirSync(join(others, campaign))).toEqual(readdirSync(join(own, campaign)));
    await app.stop();

    rmSync(join(others, campaign), { recursive: true });
    const config = readConfig({ ...testEnvironment(folder), ...env, CAMPAIGNS_DIR: others });
    const database = await openDatabase(config.DATABASE_URL, tables);
    await database.write(
      async (transaction) => void (await transaction.delete(campaignVersionTable, { slug: campaign })),
    );
    await database.close();
    const start = startApp(config);
    await expect(start).rejects.toThrow(`1 to ${target} of ${campaign}`);
    app = await startTestApp({ folder, clock, env: { ...env, CAMPAIGNS_DIR: own } });
    clock.move(2 * hour);
    await app.until({ accepted: 2 });
  });
});

describe('a letter is sent once', () => {
  test('although the database is locked while its 250 comes in', async () => {
    // Slow enough to be met under way on a busy machine.
    app = await startTestApp({ personality: slow({ ms: 2_000 }), env: { LEASE: '60s' } });
    await app.sign(1);
    await app.until({ sending: 1 });
    const release = await lockLetters(app.folder);
    app.embassy.become(accepts());
    await waitFor(
      () => app.embassy.received.length,
      (n) => n === 1,
      'the letter at the embassy',
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await app.states()).sending).toBe(1);
    await release();
    await app.until({ accepted: 1 });
    expect(app.embassy.received).toHaveLength(1);
  });

  test('although it waited for a connection until its lease was used up: it goes back undialled', async () => {
    app = await startTestApp({ personality: slow({ ms: 2_000 }), env: { SMTP_CONNECTIONS: '1', LEASE: '10m' } });
    const path = `/v1/campaigns/${campaign}/targets/${target}/channel`;
    await app.call('POST', path, { mode: 'hand', reason: 'to gather letters' });
    for (let n = 0; n < 4; n += 1) await app.sign(n);
    await app.until({ for_hand: 4 });
    app.clock.move(minute);
    await app.call('POST', path, { mode: 'mail', reason: 'to send them at once' });
    await app.until({ sending: 4 });
    app.clock.move(3 * minute);
    app.embassy.become(accepts());
    await app.until({ accepted: 4 });
    expect(app.embassy.received).toHaveLength(4);
    expect(
      await app.database.read.countBy(attemptTable, { verdict: 'unreachable', reply: 'not dialled' }),
    ).toBeGreaterThan(0);
    expect(await app.database.read.count(outcomeTable)).toBe(0);
  });

  test('with the same bytes when in doubt, although its campaign was edited meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-edited-'));
    const campaigns = campaignsWith({ identity: 'reply-to' });
    const options = { folder, env: { CAMPAIGNS_DIR: campaigns } };
    app = await startTestApp({ ...options, personality: dropsAfterDot({ times: 1, taken: true }) });
    await app.sign(1);
    await app.until({ in_doubt: 1 });
    const first = app.embassy.received[0]?.raw.toString();
    const { clock } = app;
    await app.stop();
    const file = join(campaigns, campaign, 'campaign.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replaceAll('Human Rights Desk', 'Another Desk')
        .replaceAll('ambassador@', 'office@')
        .replaceAll('letters@', 'post@'),
    );
    app = await startTestApp({ ...options, clock });
    app.clock.move(31 * minute);
    await app.until({ accepted: 1 });
    expect(app.embassy.received.map((mail) => mail.raw.toString())).toEqual([first]);
    expect(app.embassy.received[0]?.envelope.to).toEqual(['ambassador@embassy.example']);
    // Who signs now is written to as the files say now.
    await app.sign(2);
    await app.until({ accepted: 2 });
    expect(app.embassy.received[1]?.envelope.to).toEqual(['office@embassy.example']);
  });

  test('or twice at most: after a second doubt it does not go by mail again, even when the channel reopens', async () => {
    app = await startTestApp({ personality: dropsAfterDot() });
    await doubtTwice(app);
    app.embassy.become(accepts());
    const path = `/v1/campaigns/${campaign}/targets/${target}/channel`;
    await app.call('POST', path, { mode: 'hand', reason: 'for a test' });
    app.clock.move(minute);
    await app.call('POST', path, { mode: 'mail', reason: 'for a test' });
    await app.sign(2);
    await app.until({ for_hand: 1, accepted: 1 });
    expect(app.embassy.received).toHaveLength(3);
  });
});

describe('a letter is called delivered only after silence', () => {
  test('not after a bounce that nobody can read', async () => {
    app = await startTestApp();
    await app.sign(1);
    await app.until({ accepted: 1 });
    await handInMail(
      app.bouncePort,
      app.embassy.received[0]?.envelope.from ?? '',
      'Subject: failure notice\r\n\r\nHi. This is the mail program.\r\nI could not deliver your message.\r\n',
    );
    await waitFor(
      () => app.database.read.findOneBy(returnedMailTable, {}),
      (mail) => mail?.effect?.startsWith('held') ?? false,
      'a held report',
    );
    app.clock.move(30 * day);
    await app.until({ accepted: 1, delivered: 0 });
  });

  test('not when the bounce was faster than our own record of the 250', async () => {
    app = await startTestApp({ personality: slow({ ms: 100 }) });
    await app.sign(1);
    await app.until({ sending: 1 });
    const letter = await app.database.read.findOneByOrFail(letterTable, {});
    const raw = Buffer.from(
      [
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        'MIME-Version: 1.0',
        '',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; x',
        '',
        'Final-Recipient: rfc822; ambassador@embassy.example',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
        '',
        '--b--',
        '',
      ].join('\r\n'),
    );
    const row = {
      id: '0'.repeat(16),
      letterId: letter.id,
      hash: 'h',
      receivedAt: app.clock.now(),
      nullSender: true,
      raw,
      readAt: null,
      kind: null,
      effect: null,
    };
    await app.database.write((transaction) => transaction.insert(returnedMailTable, row));
    const needs = {
      database: app.database,
      clock: app.clock,
      queue: createEmbeddedQueue({ onError: () => undefined }),
      book: createCampaignBook([]),
      bounceWait: day,
      giveUpAfter: day,
      random: () => 0.5,
      counted: () => undefined,
      mismatched: () => undefined,
    };
    if ((await app.states()).sending === 1) await recordReport(needs, row.id);
    await app.until({ accepted: 1 });
    app.clock.move(2 * minute);
    // The sweep asks again, and the report moves the letter after all.
    await app.until({ for_hand: 1 });
  });
});

test("a filter's offence at signers' own words shuts nothing", async () => {
  app = await startTestApp({
    personality: {
      name: 'filters words',
      answer: ({ stage, to }) => (stage === 'dot' && to ? { say: '554 5.7.1 Message classified as spam' } : undefined),
    },
  });
  for (let n = 0; n < 6; n += 1) await app.sign(n, { message: 'Buy now! XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE' });
  await app.until({ for_hand: 6 });
  expect(await app.database.read.countBy(outcomeTable, { class: 'content', attribution: 'blocked' })).toBe(6);
  expect((await readChannel(app.database.read, target)).mode).toBe('mail');
});

describe('a server that dribbles', () => {
  /** Greets, and then answers EHLO one line at a time, for ever or for a while; counts the letters it takes. */
  async function dribbler(lines: number): Promise<{ url: string; taken: () => number; close: () => void }> {
    let taken = 0;
    const server = createTcpServer((socket) => {
      let inMessage = false;
      socket.on('error', () => undefined);
      socket.write('220 dribbler\r\n');
      socket.on('data', (chunk) => {
        const text = chunk.toString();
        if (inMessage) {
          if (!text.endsWith('\r\n.\r\n')) return;
          inMessage = false;
          taken += 1;
          return void socket.write('250 taken\r\n');
        }
        if (!/^EHLO/i.test(text)) {
          inMessage = /^DATA/im.test(text);
          return void socket.write(inMessage ? '354 go on\r\n' : '250 ok\r\n');
        }
        let left = lines;
        const timer = setInterval(() => {
          left -= 1;
          if (left > 0 && !socket.destroyed) return void socket.write('250-and more\r\n');
          clearInterval(timer);
          if (!socket.destroyed) socket.write('250 done\r\n');
        }, 50);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
      taken: () => taken,
      close: () => void server.close(),
    };
  }

  test('through its greeting outlives no lease, and a stop does not wait for it', async () => {
    const relay = await dribbler(Number.POSITIVE_INFINITY);
    app = await startTestApp({
      clock: realClock(),
      env: { KEEP_OPEN: 'yes', SMTP_URL: relay.url, LEASE: '1s', IN_DOUBT_WAIT: '1h' },
    });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(attemptTable, { verdict: 'unreachable' }),
      (n) => n === 1,
      'an attempt that was cut off',
    );
    expect(relay.taken()).toBe(0);
    relay.close();
  });

  test('for longer than is left of the lease gets no letter at all, rather than one too late', async () => {
    // Seconds, so that a busy machine adds little to them.
    const relay = await dribbler(36);
    app = await startTestApp({
      clock: realClock(),
      env: { KEEP_OPEN: 'yes', SMTP_URL: relay.url, LEASE: '6s', IN_DOUBT_WAIT: '1h' },
    });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(attemptTable, { reply: 'not dialled' }),
      (n) => n >= 1,
      'a letter put back',
    );
    // The connection was kept: the next try goes over it at once.
    await app.until({ accepted: 1 });
    expect(relay.taken()).toBe(1);
    relay.close();
  });
});

test('an erased event sent again is the same event still, and brings nobody back', async () => {
  app = await startTestApp({ env: { PACE_PER_HOUR: '1' } });
  await app.sign(9);
  await app.until({ accepted: 1 });
  const first = await app.sign(1, { event_id: 'e-1' });
  await fetch(`${first.body.receipt_url}/erase`, { method: 'POST' });
  await app.until({ withdrawn: 1 });
  const again = await app.sign(1, { event_id: 'e-1' });
  expect(again).toMatchObject({ status: 202, body: first.body });
  await app.until({ withdrawn: 1, accepted: 1, queued: 0 });
});

test('one probe that got through is not forgotten when patience ends', async () => {
  app = await startTestApp();
  app.embassy.become(refusesByPolicy());
  for (let n = 0; n < 4; n += 1) await app.sign(n);
  await waitFor(
    async () => (await readChannel(app.database.read, target)).mode,
    (mode) => mode === 'hand',
    'a shut channel',
  );
  await app.until({ for_hand: 4 });
  await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
  await app.until({ petitioned: 4 });
  await app.sign(20);
  await app.until({ for_hand: 1 });
  app.embassy.become(accepts());
  app.clock.move(hour + minute);
  await app.until({ accepted: 1 });
  app.clock.move(day + minute);
  await waitFor(
    async () => (await readChannel(app.database.read, target)).mode,
    (mode) => mode === 'mail',
    'an open channel',
  );
});

test('a body of the wrong shape is told so, however deep it is', async () => {
  app = await startTestApp();
  const deep = `{"event_id":"x","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  expect((await app.call('POST', `/v1/campaigns/${campaign}/signatures`, deep)).status).toBe(400);
});

test('an installation nobody signed at may still become real', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-first-'));
  await (await startTestApp({ folder })).stop();
  app = await startTestApp({ folder, env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
});

test('rehearsal and real mail never share a database, nor a key', async () => {
  app = await startTestApp();
  expect(existsSync(join(app.folder, 'dkim'))).toBe(false);
  expect(existsSync(join(app.folder, 'dkim-rehearsal'))).toBe(true);
  await app.sign(1);
  await app.until({ accepted: 1 });
  await expect(
    startApp(readConfig({ ...testEnvironment(app.folder), SMTP_URL: 'smtp://127.0.0.1:9' })),
  ).rejects.toThrow(/letters of a rehearsal/);
});
