import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbassy, type Embassy, type EmbassyOptions } from '../../src/embassy/embassy.ts';
import * as personalities from '../../src/embassy/personalities.ts';
import type { Personality, VisitStage } from '../../src/embassy/personality.ts';
import type { Forgery, KnownReport } from '../../src/embassy/returned-report.ts';
import { parseReply } from '../../src/outbox/smtp-reply.ts';
import { classifyReply } from '../../src/outcomes/classify-reply.ts';
import { readReport } from '../../src/outcomes/read-report.ts';

const context = { identity: 'from', senderDomain: 'example.org', signerDomain: 'signer.example' } as const;
const returnPath = 'b-11-0123456789abcdef-0i3f-0123456789abcde0@bounce.example.org';
const letter = Buffer.from(
  'From: Mamoru <mamoru@signer.example>\r\nMessage-ID: <letter-1@example.org>\r\nSubject: A letter\r\n\r\nDear Ambassador\r\n.leading dot\r\n',
);

let open: { close(): unknown }[] = [];
beforeEach(() => {
  open = [];
});
afterEach(async () => {
  for (const each of open.reverse()) await each.close();
});

async function embassy(personality: Personality, options: Partial<EmbassyOptions> = {}): Promise<Embassy> {
  const started = await startEmbassy({ personality, ...options });
  open.push(started);
  return started;
}

interface Heard {
  /** The reply to the letter, when it was taken. */
  response?: string;
  /** The reply that refused it, or nothing when the line broke. */
  refusal?: string;
  command?: string;
  /** What the server said last of all: `354` means that the letter may have been taken. */
  last: string;
}

/** Brings letters over one connection and gives what was heard; stops at the first broken line. */
async function bring(to: Embassy, count = 1): Promise<Heard[]> {
  const connection = new SMTPConnection({
    host: '127.0.0.1',
    port: to.port,
    name: 'mail.example.org',
    ignoreTLS: true,
  });
  open.push(connection);
  const heard: Heard[] = [];
  const failed = (error: Error & { response?: string | undefined; command?: string | undefined }): Heard => ({
    ...(error.response === undefined ? {} : { refusal: error.response }),
    ...(error.command === undefined ? {} : { command: error.command }),
    last: connection.lastServerResponse || '',
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    return [failed(error as Error)];
  }
  for (let sent = 0; sent < count; sent++) {
    const one = await new Promise<Heard>((resolve) => {
      connection.once('error', (error) => resolve(failed(error)));
      const envelope = {
        from: returnPath,
        to: 'office@embassy.example',
        dsn: { envid: '0123456789abcdef', notify: 'FAILURE' },
      };
      connection.send(envelope, letter, (error, info) =>
        resolve(error ? failed(error) : { response: info?.response ?? '', last: connection.lastServerResponse || '' }),
      );
    });
    heard.push(one);
    if (one.response === undefined && one.refusal === undefined) break;
    if (one.response === undefined) await new Promise<void>((resolve) => connection.reset(() => resolve()));
  }
  connection.quit();
  return heard;
}

const attributionOf = (heard: Heard | undefined) =>
  classifyReply(parseReply(heard?.refusal ?? '', heard?.command === 'DATA' ? 'dot' : 'rcpt'), context).attribution;

describe('an embassy that accepts', () => {
  test('keeps letter and envelope as they were brought', async () => {
    const seen: string[] = [];
    const at = await embassy(personalities.accepts(), { onMail: ({ envelope }) => seen.push(envelope.from) });
    const [heard] = await bring(at);
    expect(heard?.response).toMatch(/^250 2\.0\.0 Ok: queued as 4T/);
    expect(at.received).toHaveLength(1);
    expect(at.received[0]).toMatchObject({
      envelope: { from: returnPath, to: ['office@embassy.example'], envelopeId: '0123456789abcdef' },
    });
    expect(at.received[0]?.raw.toString()).toBe(letter.toString());
    expect(seen).toEqual([returnPath]);
    expect(at.url).toBe(`smtp://127.0.0.1:${at.port}`);
  });

  test('forgets the oldest letters beyond its memory but counts them all', async () => {
    const at = await embassy(personalities.accepts(), { keep: 2 });
    await bring(at, 5);
    expect(at.received).toHaveLength(2);
    expect(at.counts).toMatchObject({ letters: 5, connections: 1 });
    await expect(at.waitForMail(5, 100)).resolves.toHaveLength(2);
  });

  test('can be waited for, and says what it saw when nothing comes', async () => {
    const at = await embassy(personalities.unknownUser());
    const waiting = at.waitForMail(1, 5_000);
    await bring(at);
    at.become(personalities.accepts());
    await bring(at);
    await expect(waiting).resolves.toHaveLength(1);
    at.become(personalities.unknownUser());
    await bring(at);
    await expect(at.waitForMail(2, 20)).rejects.toThrow(/saw 1 of 2 letters after 20 ms; last: rcpt answered with 550/);
  });
});

describe('an embassy that refuses', () => {
  test.each<[string, Personality, ReturnType<typeof attributionOf>]>([
    ['by policy at the end of the letter', personalities.refusesByPolicy(), 'blocked'],
    ['by policy at the recipient', personalities.refusesByPolicy({ stage: 'rcpt' }), 'blocked'],
    ['because it is full for now', personalities.full(), 'full'],
    ['because it is full', personalities.full({ code: 552 }), 'full'],
    ['because nobody of that name is there', personalities.unknownUser(), 'dead'],
    ['because nobody was there when it looked', personalities.unknownUser({ stage: 'dot' }), 'dead'],
  ])('%s says so in several ways that mean the same', async (_why, personality, attribution) => {
    const at = await embassy(personality);
    const heard = await bring(at, 6);
    expect(heard).toHaveLength(6);
    expect(new Set(heard.map(({ refusal }) => refusal)).size).toBeGreaterThanOrEqual(3);
    for (const one of heard) expect(attributionOf(one), one.refusal ?? 'the line broke').toBe(attribution);
    expect(at.counts.letters).toBe(0);
    expect(at.counts.refused + at.counts.deferred).toBe(6);
  });

  test('after some letters takes those first', async () => {
    const at = await embassy(personalities.refusesByPolicy({ after: 2 }));
    const heard = await bring(at, 4);
    expect(heard.map(({ response }) => response !== undefined)).toEqual([true, true, false, false]);
  });

  test('in several lines is heard in several lines', async () => {
    const at = await embassy({
      name: 'says much',
      answer: ({ stage }) => (stage === 'dot' ? { say: '550-5.7.1 First\n550 5.7.1 second' } : undefined),
    });
    const [heard] = await bring(at);
    expect(heard?.refusal).toBe('550-5.7.1 First\n550 5.7.1 second');
  });
});

describe('an embassy with passing trouble', () => {
  test('greylists the first try and takes the second', async () => {
    const at = await embassy(personalities.greylists());
    const heard = await bring(at, 2);
    expect(heard[0]?.refusal).toMatch(/^451 4\.7\.1/);
    expect(classifyReply(parseReply(heard[0]?.refusal ?? '', 'rcpt'), context)).toMatchObject({
      class: 'greylist',
      retryAfter: 300,
    });
    expect(heard[1]?.response).toMatch(/^250/);
  });

  test('storms with every kind of 4xx and then is calm', async () => {
    const at = await embassy(personalities.storm4xx({ times: 5 }));
    const replies: string[] = [];
    for (let tries = 0; tries < 10 && at.counts.letters === 0; tries++) {
      const heard = await bring(at, 1);
      replies.push(heard[0]?.refusal ?? heard[0]?.response ?? heard[0]?.last ?? '');
    }
    expect(replies.slice(0, -1)).toHaveLength(5);
    for (const reply of replies.slice(0, -1)) {
      expect(reply).toMatch(/^4/);
      expect(classifyReply(parseReply(reply, 'rcpt'), context).attribution, reply).toBe('passing');
    }
    expect(at.counts).toMatchObject({ letters: 1, deferred: 5 });
  });

  test('answers late, and every reply in its turn', async () => {
    const at = await embassy(personalities.slow({ ms: 60 }));
    const start = performance.now();
    const [heard] = await bring(at);
    expect(heard?.response).toMatch(/^250 2\.0\.0/);
    // Banner, EHLO, the envelope (pipelined or not), 354 and the end.
    expect(performance.now() - start).toBeGreaterThan(5 * 60);
  });
});

describe('an embassy that hangs up', () => {
  test.each<[boolean]>([[true], [false]])(
    'after the final dot leaves the letter in doubt (taken: %s)',
    async (taken) => {
      const at = await embassy(personalities.dropsAfterDot({ times: 1, taken }));
      const [broken] = await bring(at);
      expect(broken?.last).toMatch(/^354/);
      expect(broken?.response).toBeUndefined();
      expect(broken?.refusal).toBeUndefined();
      expect(at.counts).toMatchObject({ letters: taken ? 1 : 0, dropped: 1 });
      const [again] = await bring(at);
      expect(again?.response).toMatch(/^250/);
    },
  );

  test.each<[VisitStage, RegExp]>([
    ['connect', /^$/],
    ['ehlo', /^220/],
    ['mail', /^250/],
    ['rcpt', /^250/],
    ['data', /^250/],
    ['body', /^354/],
  ])('at %s is heard as a broken line', async (stage, last) => {
    const at = await embassy(personalities.disconnects({ stage, times: 1 }));
    const [broken] = await bring(at);
    expect(broken).toMatchObject({ last: expect.stringMatching(last) as unknown });
    expect(broken?.response ?? broken?.refusal).toBeUndefined();
    expect(at.counts).toMatchObject({ letters: 0, dropped: 1 });
    expect((await bring(at))[0]?.response).toMatch(/^250/);
  });
});

describe('an embassy that sends letters back', () => {
  async function withListener(report: KnownReport, forged?: Forgery): Promise<{ at: Embassy; listener: Embassy }> {
    const listener = await embassy(personalities.accepts(), { hostname: 'bounce.example.org' });
    const bounceTo = { host: '127.0.0.1', port: listener.port };
    const personality = personalities.bouncesLater({ report, ...(forged ? { forged } : {}) });
    return { listener, at: await embassy(personality, { bounceTo }) };
  }

  test.each<[KnownReport, string, string | undefined]>([
    ['unknown-user', 'failed', 'dead'],
    ['full', 'failed', 'full'],
    ['blocked', 'failed', 'blocked'],
    ['signer-dmarc', 'failed', 'signer'],
    ['delayed', 'delayed', 'passing'],
    ['delivered', 'delivered', undefined],
  ])('takes the letter and reports %s', async (name, kind, attribution) => {
    const { at, listener } = await withListener(name);
    expect((await bring(at))[0]?.response).toMatch(/^250/);
    const [returned] = await listener.waitForMail(1, 5_000);
    expect(returned?.envelope).toMatchObject({ from: '', to: [returnPath] });
    const report = readReport(returned?.raw ?? Buffer.alloc(0), true);
    expect(report).toMatchObject({
      kind,
      returnedMessageId: 'letter-1@example.org',
      envelopeId: '0123456789abcdef',
      recipients: [{ address: 'office@embassy.example' }],
    });
    const [recipient] = report.recipients;
    expect(recipient && classifyReply(recipient.evidence, context).attribution).toBe(attribution);
  });

  test.each<[Forgery]>([
    ['wrong-signature'],
    ['no-such-path'],
    ['other-recipient'],
    ['other-letter'],
    ['with-a-sender'],
  ])('can forge one: %s', async (forged) => {
    const { at, listener } = await withListener('unknown-user', forged);
    await bring(at);
    const [returned] = await listener.waitForMail(1, 5_000);
    const report = readReport(returned?.raw ?? Buffer.alloc(0), true);
    const differs = {
      'wrong-signature': returned?.envelope.to[0] !== returnPath,
      'no-such-path': returned?.envelope.to[0] !== returnPath,
      'other-recipient': report.recipients[0]?.address !== 'office@embassy.example',
      'other-letter': report.returnedMessageId !== 'letter-1@example.org',
      'with-a-sender': returned?.envelope.from !== '',
    };
    const lies = Object.entries(differs).flatMap(([name, isSo]) => (isSo ? [name] : []));
    expect(lies).toEqual(/path|signature/.test(forged) ? ['wrong-signature', 'no-such-path'] : [forged]);
  });

  test('tries again while the listener says 4xx, and gives up at a refusal', async () => {
    const { at, listener } = await withListener('unknown-user');
    listener.become(personalities.greylists());
    await bring(at);
    await listener.waitForMail(1, 10_000);
    listener.become(personalities.unknownUser());
    await bring(at);
    await expect.poll(() => at.counts, { timeout: 5_000 }).toMatchObject({ reports: 1, reportsRefused: 1 });
  });

  test('sends nothing for a report, so that no mail circles', async () => {
    const { at, listener } = await withListener('unknown-user');
    listener.become(personalities.bouncesLater());
    await bring(at);
    await listener.waitForMail(1, 5_000);
    expect(at.counts.letters).toBe(1);
  });

  test('closes at once, also with reports on the way and visitors inside', async () => {
    const listener = await embassy(personalities.accepts());
    const at = await startEmbassy({
      personality: personalities.bouncesLater({ after: 60_000 }),
      bounceTo: { host: '127.0.0.1', port: listener.port },
    });
    await bring(at);
    const visitor = new SMTPConnection({ host: '127.0.0.1', port: at.port, ignoreTLS: true });
    visitor.on('error', () => undefined);
    await new Promise<void>((resolve) => visitor.connect(() => resolve()));
    const start = performance.now();
    await at.close();
    visitor.close();
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(listener.counts.letters).toBe(0);
  });
});
