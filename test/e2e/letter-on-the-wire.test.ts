/** A real letter at a server that is not ours: what a receiver's own parser and verifier make of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { hour, minute } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { createReturnPaths } from '../../src/outbox/return-path.ts';
import { readSite } from '../../src/outbox/site-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { openKeyRing } from '../../src/secrets.ts';
import { campaignsWith } from '../support/campaigns-with.ts';
import {
  makeDkimKeys,
  nodeReceiver,
  pythonReceiver,
  type CaughtLetter,
  type Receiver,
  type TxtRecords,
} from '../support/catch-letters.ts';
import { movableClock } from '../support/movable-clock.ts';
import { needs, needsPython } from '../support/needs.ts';
import { startTestApp, testEnvironment, type TestApp, type TestAppOptions } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noPython = [needsPython('aiosmtpd', 'python3-aiosmtpd'), needsPython('dkim', 'python3-dkim')].includes(true);
const noOpenssl = needs('openssl', 'openssl');

const ours = 'letters@human-rights-desk.example';
const mailbox = 'ambassador@embassy.example';
const organisation = { ja: '人権デスク（見本）', en: 'Human Rights Desk (sample)' };

/** RFC 3834 §5 and RFC 2369: a letter of a person carries none of these, and these also silence bounces. */
const forbidden = /^(precedence|list-.*|auto-submitted|x-auto-response-suppress|x-mailer|bcc|feedback-id)$/;

const names = [
  ['Japanese', '人権 守'],
  ['Japanese with an ideographic space', '人権　守'],
  ['Arabic', 'محمد بن عبد الله'],
  ['Persian with a zero width non-joiner', 'علی‌رضا حسینی'],
  ['an emoji of a family', '守 👩‍👩‍👧‍👦'],
  ['quotes and a backslash', 'Mamoru "Mo" \\ Jinken'],
  ['a comma and a full stop', 'Jinken, Mamoru Jr.'],
  ['what looks like markup', 'Mamoru <b>&amp;</b> Jinken'],
  ['what looks like an encoded-word', '=?utf-8?q?Ambassador?='],
  ['a semicolon, a colon and parentheses', 'Group: Jinken; (Mamoru)'],
  ['long and without a space', 'あ'.repeat(150)],
] as const;

describe.skipIf(noPython)('as aiosmtpd, Python’s email package and dkimpy see it', () => atReceiver(pythonReceiver));
describe('as smtp-server, postal-mime and mailauth see it', () => atReceiver(nodeReceiver));

function atReceiver(open: (records: TxtRecords) => Promise<Receiver>): void {
  let dkimFolder: string;
  let receiver: Receiver;
  beforeAll(async () => {
    dkimFolder = mkdtempSync(join(tmpdir(), 'todoke-dkim-'));
    receiver = await open(makeDkimKeys(dkimFolder, ['human-rights-desk.example', 'members.example']));
  });
  afterAll(() => receiver.close());

  async function appWith(options: TestAppOptions = {}): Promise<TestApp> {
    const env = { SMTP_URL: receiver.url, DKIM_DIR: dkimFolder, ...options.env };
    return startTestApp({ ...options, env });
  }

  /** Signs and gives the letter the receiver then has. */
  async function carry(app: TestApp, n: number, changes: Record<string, unknown>): Promise<CaughtLetter> {
    const before = receiver.letters.length;
    const signed = await app.sign(n, changes);
    expect(signed.status).toBe(202);
    const letters = await waitFor(
      () => receiver.letters.slice(before),
      (seen) => seen.length > 0,
      'a letter',
    );
    expect(letters).toHaveLength(1);
    return letters[0] as CaughtLetter;
  }

  describe('under our address', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await appWith();
    });
    afterAll(async () => {
      await app.auditGreen();
      await app.stop();
    });

    test.each(['ja', 'en'] as const)('in %s: whose it is, where it goes, what it says', async (language) => {
      const [campaign] = await loadCampaigns('campaigns');
      const message = '私の言葉です。\n\n二つ目の段落 & <b>太字ではない</b>。';
      const n = language === 'ja' ? 2 : 3;
      const letter = await carry(app, n, { name: '人権 守', language, message });
      const { read, envelope } = letter;

      expect(read.defects).toEqual([]);
      expect(read.from).toEqual({ name: `人権 守 (via ${organisation[language]})`, address: ours });
      expect(read.replyTo).toEqual({ name: '人権 守', address: `signer${n}@mail${n}.example` });
      expect(read.sender).toBeNull();
      expect(read.to).toEqual({ name: campaign?.targets[0]?.name[language], address: mailbox });
      expect(read.subject).toBe(campaign?.letter[language]?.subject);
      expect(read.language).toBe(language);
      expect(read.fields.filter((name) => forbidden.test(name))).toEqual([]);
      for (const name of ['from', 'to', 'reply-to', 'subject', 'date', 'message-id', 'dkim-signature'])
        expect(read.fields.filter((field) => field === name)).toEqual([name]);

      expect(envelope.to).toEqual([mailbox]);
      await expectReturnPath(app, letter);

      expect(read.type).toBe('multipart/alternative');
      expect(read.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html']);
      const [text = '', html = ''] = read.parts.map((part) => part.text.replaceAll('\r\n', '\n'));
      const salutation = campaign?.targets[0]?.salutation[language] ?? 'a salutation';
      expect(text).toContain(`${salutation}\n\n${message}\n\n* * *\n\n`);
      expect(html).toMatch(new RegExp(`<html[^>]* lang="${language}"[^>]* dir="ltr"`));
      expect(html).toMatch(new RegExp(`<body[^>]* lang="${language}"[^>]* dir="ltr"`));
      expect(html).toContain(
        message
          .replaceAll('&', '&amp;')
          .replaceAll(/<(\/?b)>/g, '&lt;$1&gt;')
          .replaceAll('\n', '<br>'),
      );
      expect(html).toContain('<bdi>人権 守</bdi>');
      const shown = shownText(html);
      for (const said of [text, shown]) {
        // The whole letter of the campaign, after the signer's own words.
        const lines = plainLines(language);
        expect(lines.length).toBeGreaterThan(4);
        for (const line of lines) expect(said).toContain(line);
        expect(said.indexOf(salutation)).toBeLessThan(said.indexOf('私の言葉です。'));
        expect(said.indexOf('私の言葉です。')).toBeLessThan(Math.min(...lines.map((line) => said.indexOf(line))));
        expect(said.lastIndexOf('人権 守')).toBeGreaterThan(said.indexOf(lines.at(-1) ?? 'a line'));
        expect(said).not.toMatch(/\{\{|\}\}|undefined|\[object/);
      }
      // Set apart: a rule of its own between the signer's words and the campaign's.
      const between = html.slice(html.indexOf('二つ目の段落'), html.indexOf(plainLines(language)[0] ?? ''));
      expect(between).toMatch(/<p [^>]*border-top:\s*solid 1px/);
      // Nothing to fetch, nothing that counts who opened it.
      expect(html).not.toMatch(/\ssrc=|url\(|<link|<script|<img|@import/i);
    });

    test('without words of the signer’s own there is no place for them', async () => {
      const { read } = await carry(app, 4, { language: 'ja' });
      const [text = '', html = ''] = read.parts.map((part) => part.text);
      expect(text).not.toContain('* * *');
      expect(html).not.toContain('#8f8f8f');
      expect(text).toContain(plainLines('ja')[0]);
    });

    test.each(names)('a name with %s arrives as it was typed', async (what, name) => {
      const { read } = await carry(app, 100 + names.findIndex(([each]) => each === what), { name, language: 'en' });
      expect(read.defects).toEqual([]);
      expect(read.replyTo?.name).toBe(name);
      expect(read.from?.name).toBe(`${name} (via ${organisation.en})`);
      expect(read.from?.address).toBe(ours);
      const [text = '', html = ''] = read.parts.map((part) => part.text);
      expect(text).toContain(name);
      expect(shownText(html)).toContain(name);
    });

    test('an address in a name is no address', async () => {
      const { read } = await carry(app, 6, { name: 'Mamoru <boss@embassy.example>' });
      expect(read.from).toEqual({ name: `Mamoru <bossembassy.example> (via ${organisation.ja})`, address: ours });
      expect(read.replyTo?.address).toBe('signer6@mail6.example');
    });

    test('its lines are what every server passes on', async () => {
      for (const { raw } of receiver.letters) {
        const text = raw.toString('latin1');
        expect(text).not.toMatch(/[^\t\r\n -~]/);
        expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        const [head = '', ...body] = text.split('\r\n\r\n');
        expect(
          Math.max(
            ...body
              .join('\r\n\r\n')
              .split('\r\n')
              .map((line) => line.length),
          ),
        ).toBeLessThanOrEqual(76);
        for (const line of head.split('\r\n'))
          if (!line.startsWith('DKIM-Signature:')) expect(line.length, line).toBeLessThanOrEqual(78);
      }
      expect(receiver.letters.length).toBeGreaterThan(names.length);
    });

    // RFC 5322 §2.1.1.
    test('not even the first line of its signature is longer than 78', () => {
      expect(/^DKIM-Signature:.*/m.exec(receiver.letters[0]?.raw.toString() ?? '')?.[0].length).toBeLessThanOrEqual(78);
    });

    test('its signature holds, and not with any byte changed', async () => {
      const { raw, read } = await carry(app, 8, { name: '人権 守', message: 'my own words' });
      expect(await receiver.verifies(raw)).toBe(true);
      expect(signingDomain(raw)).toBe('human-rights-desk.example');

      const text = raw.toString('latin1');
      const bodyAt = text.indexOf('\r\n\r\n') + 4;
      const places = {
        'in From': text.indexOf(ours),
        'in Reply-To': text.indexOf('signer8@'),
        'in the subject': text.search(/^Subject: =\?UTF-8\?B\?/m) + 'Subject: =?UTF-8?B?'.length,
        'in the date': text.search(/^Date: /m) + 'Date: Mon, 1'.length,
        'in the language': text.search(/^Content-Language: /m) + 'Content-Language: '.length,
        'in the text part': text.indexOf('base64\r\n\r\n', bodyAt) + 'base64\r\n\r\n'.length + 40,
        'at the end': text.length - 8,
        'in the signature': text.search(/^ b=/m) + 10,
      };
      for (const [place, at] of Object.entries(places)) {
        const changed = Buffer.from(raw);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(await receiver.verifies(changed), place).toBe(false);
      }
      for (const added of ['From: x@example.org', 'Reply-To: x@example.org', 'Sender: x@example.org', 'Subject: x'])
        expect(await receiver.verifies(Buffer.concat([Buffer.from(`${added}\r\n`), raw])), added).toBe(false);
      // What every server on the way adds does no harm.
      const passedOn = Buffer.concat([Buffer.from('Received: from a.example by b.example; now\r\n'), raw]);
      expect(await receiver.verifies(passedOn)).toBe(true);
      expect(read.messageId).toMatch(/^<[0-9a-v]{16}@human-rights-desk\.example>$/);
    });

    test('every letter has a Message-ID, a return path and a signature of its own', async () => {
      const { letters } = receiver;
      expect(new Set(letters.map(({ read }) => read.messageId)).size).toBe(letters.length);
      expect(new Set(letters.map(({ envelope }) => envelope.from)).size).toBe(letters.length);
      for (const { raw } of letters) expect(await receiver.verifies(raw)).toBe(true);
    });
  });

  test('put off after the dot, it comes again with the same bytes, and so it does after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-wire-'));
    const clock = movableClock();
    const first = clock.now();
    const tries = (app: TestApp, n: number) =>
      waitFor(
        () => app.database.read.countBy(attemptTable, { verdict: 'deferred' }),
        (seen) => seen === n,
        `${n} deferred attempts`,
      );
    let app = await appWith({ folder, clock });
    onTestFinished(() => app.stop());
    const { putOff, letters } = receiver;
    const [putOffBefore, lettersBefore] = [putOff.length, letters.length];

    await receiver.putOffOnce();
    await app.sign(1, { name: '人権 守', message: 'again and again 👩‍👩‍👧' });
    await tries(app, 1);
    await receiver.putOffOnce();
    clock.move(10 * minute);
    await tries(app, 2);
    await app.stop();
    app = await appWith({ folder, clock });
    clock.move(26 * hour);
    await app.until({ accepted: 1 });

    const copies = [...putOff.slice(putOffBefore), ...letters.slice(lettersBefore).map(({ raw }) => raw)];
    expect(copies).toHaveLength(3);
    expect(copies[0]?.length).toBeGreaterThan(5_000);
    for (const copy of copies) expect(copy.equals(copies[0] as Buffer)).toBe(true);
    const last = letters.at(-1) as CaughtLetter;
    expect(last.read.date).toBe(first);
    expect(await receiver.verifies(last.raw)).toBe(true);
    await expectReturnPath(app, last);
    await app.auditGreen();
  });

  describe('with the signer in From', () => {
    /** Publishes nothing, but for one domain that enforces and one whose DNS fails. */
    const resolver = {
      resolveTxt: (name: string) => {
        if (name.endsWith('broken.example')) return Promise.reject(new Error('ETIMEOUT'));
        return Promise.resolve(name === '_dmarc.strict.example' ? [['v=DMARC1; p=reject']] : []);
      },
      domainExists: () => Promise.resolve(true),
      close: () => undefined,
    };
    let app: TestApp;
    beforeAll(async () => {
      const CAMPAIGNS_DIR = campaignsWith({ identity: 'from', allowUnenforcedDomains: true });
      app = await appWith({ resolver, env: { CAMPAIGNS_DIR } });
    });
    afterAll(async () => {
      await app.auditGreen();
      await app.stop();
    });

    test('our address is in Sender, and answers go to the signer by themselves', async () => {
      const letter = await carry(app, 2, { name: '人権 守', message: 'my own words' });
      const { read, raw } = letter;
      expect(read.defects).toEqual([]);
      expect(read.from).toEqual({ name: '人権 守', address: 'signer2@mail2.example' });
      expect(read.sender).toEqual({ name: organisation.ja, address: ours });
      expect(read.replyTo).toBeNull();
      expect(read.to?.address).toBe(mailbox);
      expect(read.fields.filter((name) => forbidden.test(name))).toEqual([]);
      await expectReturnPath(app, letter);
      expect(await receiver.verifies(raw)).toBe(true);
      expect(await receiver.verifies(Buffer.concat([Buffer.from('Sender: x@example.org\r\n'), raw]))).toBe(false);
    });

    test.each([
      ['enforces DMARC', 'strict.example'],
      ['enforces it for what is below', 'below.strict.example'],
      ['answers no question', 'broken.example'],
      ['refuses strangers without saying so', 'gmail.com'],
    ])('but not where the signer’s domain %s', async (_why, domain) => {
      const { read } = await carry(app, 2, { email: `mamoru@${domain}` });
      expect(read.from?.address).toBe(ours);
      expect(read.replyTo?.address).toBe(`mamoru@${domain}`);
      expect(read.sender).toBeNull();
    });

    // A receiver holds DKIM against From (RFC 9989 §4.4): with our other key the letter fails the signer's DMARC.
    test('is signed with the key of the signer’s domain where we hold it', async () => {
      const { read, raw } = await carry(app, 4, { email: 'hanako@members.example' });
      expect(read.from?.address).toBe('hanako@members.example');
      expect(await receiver.verifies(raw)).toBe(true);
      expect(signingDomain(raw)).toBe('members.example');
    });
  });
}

describe('a relay that asks who we are', () => {
  const user = 'mail@er';
  const password = 'p:w/ 鍵';

  function relay(options: SMTPServerOptions): Promise<Receiver> {
    return nodeReceiver(
      {},
      {
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: ({ username, password: said }, _session, done) =>
          username === user && said === password
            ? done(null, { user: username })
            : done(Object.assign(new Error('5.7.8 Authentication credentials invalid'), { responseCode: 535 })),
        ...options,
      },
    );
  }

  async function appAt(receiver: Receiver, secret = password): Promise<TestApp> {
    const SMTP_URL = receiver.url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(secret)}@`);
    const app = await startTestApp({ env: { SMTP_URL } });
    onTestFinished(async () => {
      await app.auditGreen();
      await app.stop();
      await receiver.close();
    });
    return app;
  }

  test('is told, whatever stands in name and password', async () => {
    const receiver = await relay({});
    const app = await appAt(receiver);
    await app.sign(1);
    await app.until({ accepted: 1 });
    expect(receiver.letters).toHaveLength(1);
  });

  test('turns a wrong password away: that is our trouble and no letter’s', async () => {
    const receiver = await relay({});
    const app = await appAt(receiver, 'wrong');
    await app.sign(1);
    const [outcome] = await waitFor(
      () => app.database.read.find(outcomeTable),
      (seen) => seen.length === 1,
      'an outcome',
    );
    expect(outcome).toMatchObject({ stage: 'auth', code: 535, attribution: 'ours' });
    await app.until({ queued: 1 });
    expect((await readSite(app.database.read)).pausedUntil).toBeGreaterThan(app.clock.now());
    expect(receiver.letters).toEqual([]);
  });

  describe.skipIf(noOpenssl)('under TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-tls-'));
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    let tls: Pick<SMTPServerOptions, 'key' | 'cert'>;
    beforeAll(() => {
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat(
          ['-subj', '/CN=relay.example', '-addext', 'subjectAltName=IP:127.0.0.1'],
          ['-keyout', keyFile, '-out', certificateFile],
        ),
        { stdio: 'ignore' },
      );
      tls = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
    });

    test.each([
      ['STARTTLS', { disabledCommands: [], secure: false }],
      ['smtps', { disabledCommands: [], secure: true }],
    ])('by %s: its letters and our password go to nobody who cannot prove a name', async (_how, how) => {
      let logins = 0;
      const receiver = await relay({
        ...tls,
        ...how,
        allowInsecureAuth: false,
        onAuth: ({ username, password: said }, session, done) => {
          logins += 1;
          if (session.secure && username === user && said === password) done(null, { user: username });
          else done(new Error('no'));
        },
      });
      const app = await appAt(receiver);
      await app.sign(1);
      await waitFor(
        () => app.database.read.countBy(attemptTable, { verdict: 'unreachable' }),
        (seen) => seen === 1,
        'an attempt that found nobody to trust',
      );
      await app.until({ queued: 1 });
      expect([logins, receiver.letters.length]).toEqual([0, 0]);

      const trusted = getCACertificates('default');
      setDefaultCACertificates([...trusted, readFileSync(certificateFile, 'utf8')]);
      onTestFinished(() => setDefaultCACertificates(trusted));
      app.clock.move(10 * minute);
      await app.until({ accepted: 1 });
      expect(receiver.letters).toHaveLength(1);
      expect(logins).toBe(1);
    });
  });
});

/** The envelope sender leads to this very letter, and nothing like it leads anywhere. */
async function expectReturnPath(app: TestApp, { envelope, read }: CaughtLetter): Promise<void> {
  const paths = createReturnPaths({
    keys: openKeyRing(app.folder, testEnvironment(app.folder)['SECRETS']),
    domain: 'bounce.todoke.example',
  });
  const letter = await app.database.read.findOneByOrFail(letterTable, { id: read.messageId.slice(1, 17) });
  const now = app.clock.now();
  expect(paths.read(envelope.from, now)).toEqual({ kind: 'valid', letterId: letter.id });
  expect(paths.read(envelope.from.toUpperCase(), now)).toEqual({ kind: 'valid', letterId: letter.id });
  const other = envelope.from.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0'));
  expect(paths.read(other, now)).toEqual({ kind: 'forged' });
  expect(read.date).toBe(Math.floor((letter.firstAttemptAt ?? 0) / 1000) * 1000);
}

/** Lines of the campaigner's letter that hold neither a variable nor markup. */
function plainLines(language: string): string[] {
  const source = readFileSync(`campaigns/uyghurs-abroad/letter.${language}.md`, 'utf8');
  return source
    .slice(source.indexOf('---', 3) + 3)
    .split('\n')
    .map((line) => line.replace(/^- /, '').trim())
    .filter((line) => line !== '' && !line.includes('{{'));
}

/** What a reader sees of HTML, roughly. */
function shownText(html: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return html
    .replace(/^[^]*<body/, '<body')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => entities[name] ?? '');
}

function signingDomain(raw: Buffer): string | undefined {
  return /^DKIM-Signature:[^]*?\bd=([^;\s]+);/m.exec(raw.toString('latin1'))?.[1];
}
