import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { day } from '../../src/clock.ts';
import { mailboxMarkTable } from '../../src/outcomes/intake/mailbox-mark-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { policyReport } from '../support/failure-report.ts';
import type { ChildServer } from '../support/real-mail/child-server.ts';
import { startDovecot } from '../support/real-mail/dovecot.ts';
import { freePorts } from '../support/real-mail/ports.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const skip =
  needs('/usr/sbin/dovecot', 'dovecot-imapd') ||
  needs('/usr/lib/dovecot/lmtp', 'dovecot-lmtpd') ||
  needsRoot('its mailboxes');

describe.skipIf(skip)('a mailbox of returned mail', () => {
  let folder: string;
  let ports: { imap: number; lmtp: number };
  let dovecot: ChildServer;
  let app: TestApp;
  let number = 0;
  let user: string;
  const userNames = Array.from({ length: 20 }, (_, n) => `returned${n}@bounce.example`);
  const start = () =>
    startDovecot(
      folder,
      ports,
      userNames.map((address) => ({ address, password: 'a/word%with@signs' })),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'todoke-dovecot-'));
    ports = await freePorts('imap', 'lmtp');
    dovecot = await start();
  });
  afterAll(async () => {
    await dovecot.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    user = userNames[number++] ?? '';
  });
  afterEach(async () => {
    await app.auditGreen();
    await app.stop();
  });

  const env = () => ({
    IMAP_URL: `imap://${encodeURIComponent(user)}:${encodeURIComponent('a/word%with@signs')}@127.0.0.1:${ports.imap}`,
  });
  const startApp = async (options: TestAppOptions = {}) => {
    app = await startTestApp({ ...options, env: { ...env(), ...options.env } });
  };

  /** Signs, and gives the return path of the letter that left. */
  async function sendOne(n = 1): Promise<string> {
    const before = (await app.states()).accepted;
    await app.sign(n);
    await app.until({ accepted: before + 1 });
    return app.embassy.received.at(-1)?.envelope.from ?? '';
  }

  /** As the organisation's own server puts a mail that came for `path` into the mailbox. */
  async function drop(path: string, message: string, sender = ''): Promise<void> {
    const connection = new SMTPConnection({ host: '127.0.0.1', port: ports.lmtp, lmtp: true, ignoreTLS: true });
    connection.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    const trace = `Received: from mx.example by mail.example with ESMTP id 1\r\n\tfor <${path}>; Mon, 15 Jun 2020\r\n`;
    await new Promise<void>((resolve, reject) =>
      connection.send({ from: sender, to: user }, trace + message, (error) => (error ? reject(error) : resolve())),
    );
    connection.close();
  }

  async function inside<T>(look: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: ports.imap,
      secure: false,
      auth: { user, pass: 'a/word%with@signs' },
      logger: false,
    });
    await client.connect();
    await client.mailboxOpen('INBOX');
    try {
      return await look(client);
    } finally {
      await client.logout();
    }
  }
  const seen = () => inside(async (client) => (await client.search({ seen: true }, { uid: true })) || []);
  const lying = () => inside(async (client) => (await client.search({ all: true }, { uid: true })) || []);
  const stored = () => app.database.read.find(returnedMailTable);
  const mark = () => app.database.read.findOneBy(mailboxMarkTable, {});

  test('is read as soon as a mail comes: the report moves its letter and is marked as seen', async () => {
    await startApp();
    const path = await sendOne();
    // Nothing lay there when it was opened: IDLE tells.
    await waitFor(() => mailboxOpened(), Boolean, 'an open mailbox');
    await drop(path, policyReport());
    await app.until({ for_hand: 1 });
    await waitFor(seen, (uids) => uids.length === 1, 'a mail marked as seen');
    expect(await stored()).toMatchObject([{ source: 'mail', nullSender: true, kind: 'failed' }]);
    expect(await mark()).toMatchObject({ uid: 1 });
  });

  /** Dovecot says who is inside. */
  const mailboxOpened = () => dovecot.log().includes(`Login: user=<${user}>`);

  test('may bring what came by SMTP as well: it is one report', async () => {
    await startApp();
    const path = await sendOne();
    await handInMail(app.bouncePort, path, policyReport());
    await app.until({ for_hand: 1 });
    await drop(path, policyReport());
    await waitFor(seen, (uids) => uids.length === 1, 'a mail marked as seen');
    expect(await stored()).toHaveLength(1);
    expect((await metricsOf(app)).sum('todoke_returned_mail_total', { result: 'again' })).toBe(1);
  });

  test('is taken up where it was left, also what a crash left unmarked', async () => {
    const home = mkdtempSync(join(tmpdir(), 'todoke-imap-'));
    await startApp({ folder: home });
    const path = await sendOne();
    await drop(path, policyReport());
    await app.until({ for_hand: 1 });
    await waitFor(seen, (uids) => uids.length === 1, 'a mail marked as seen');
    await app.stop();
    // The crash was after our commit and before the mark on the server.
    await inside((client) => client.messageFlagsRemove('1', ['\\Seen'], { uid: true }));
    const other = await (async () => {
      await startApp({ folder: home, clock: app.clock });
      await waitFor(seen, (uids) => uids.length === 1, 'the mail marked after all');
      return sendOne(2);
    })();
    await drop(other, policyReport('two'));
    await app.until({ for_hand: 2 });
    expect(await stored()).toHaveLength(2);
    expect(await mark()).toMatchObject({ uid: 2 });
  });

  test('made anew under the same name is read from its start, and nothing counts twice', async () => {
    const home = mkdtempSync(join(tmpdir(), 'todoke-imap-'));
    await startApp({ folder: home });
    const path = await sendOne();
    await drop(path, policyReport());
    await app.until({ for_hand: 1 });
    const before = await mark();
    await app.stop();
    await dovecot.close();
    // Dovecot counts anew when its list of UIDs is lost.
    const maildir = join(folder, 'mail', user, 'Maildir');
    for (const file of ['dovecot-uidlist', 'dovecot.index.log', 'dovecot-uidvalidity'])
      rmSync(join(maildir, file), { force: true });
    dovecot = await start();
    await drop(path, policyReport('another'));
    await startApp({ folder: home, clock: app.clock });
    await waitFor(stored, (rows) => rows.length === 2, 'the new report');
    expect((await mark())?.uidValidity).not.toBe(before?.uidValidity);
    expect((await mark())?.uid).toBe(2);
    await app.until({ for_hand: 1 });
  });

  test('whose server goes away is dialled again, and what came meanwhile is read', async () => {
    await startApp();
    const path = await sendOne();
    await waitFor(() => mailboxOpened(), Boolean, 'an open mailbox');
    await dovecot.close();
    await waitFor(
      async () => (await metricsOf(app)).sum('todoke_mailbox_away_total'),
      (n) => n > 0,
      'a lost mailbox',
    );
    dovecot = await start();
    await drop(path, policyReport());
    await app.until({ for_hand: 1 });
    expect(await stored()).toHaveLength(1);
  });

  test('holds forged, expired and foreign mail too: counted, marked, and without effect', async () => {
    await startApp();
    const path = await sendOne();
    await drop(
      path.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0')),
      policyReport(),
    );
    await drop('office@bounce.example', 'Subject: hello\r\n\r\nhello\r\n', 'a@b.example');
    await waitFor(seen, (uids) => uids.length === 2, 'two mails marked');
    app.clock.move(1.5 * day);
    await app.until({ accepted: 1 });
    app.clock.move(14 * day);
    await drop(path, policyReport());
    await waitFor(seen, (uids) => uids.length === 3, 'three mails marked');
    await app.until({ delivered: 1 });
    expect(await stored()).toHaveLength(0);
    const metrics = await metricsOf(app);
    expect(metrics.sum('todoke_returned_mail_total', { result: 'forged' })).toBe(2);
    expect(metrics.sum('todoke_returned_mail_total', { result: 'expired' })).toBe(1);
  });

  test('may hold the answer of a person: it goes on to the signer', async () => {
    await startApp();
    const path = await sendOne();
    const answer = 'From: The Secretary <office@embassy.example>\r\nSubject: Re: your letter\r\n\r\nThank you.\r\n';
    await drop(path, answer, 'office@embassy.example');
    await waitFor(
      () => app.embassy.received.length,
      (n) => n === 2,
      'the answer on its way',
    );
    expect(app.embassy.received[1]?.envelope).toMatchObject({ from: '', to: ['signer1@mail1.example'] });
    expect(await stored()).toMatchObject([{ nullSender: false, kind: 'human-answer', effect: 'noted' }]);
  });

  test('can be emptied of what was stored, and of nothing else', async () => {
    await startApp({ env: { IMAP_STORED: 'remove' } });
    const path = await sendOne();
    await drop('office@bounce.example', 'Subject: hello\r\n\r\nhello\r\n', 'a@b.example');
    await drop(path, policyReport());
    await app.until({ for_hand: 1 });
    await waitFor(lying, (uids) => uids.length === 1, 'one mail left');
    expect(await lying()).toEqual([1]);
  });

  test('holds more mails than one transaction takes: each is stored once', async () => {
    await startApp();
    const path = await sendOne();
    for (let n = 0; n < 45; n += 1) await drop(path, policyReport(`report${n}`));
    await waitFor(seen, (uids) => uids.length === 45, '45 mails marked');
    expect(await stored()).toHaveLength(45);
    expect(await mark()).toMatchObject({ uid: 45 });
  });
});
