import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { seenEventTable } from '../../src/outcomes/intake/seen-event-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { needs } from '../support/needs.ts';
import {
  basic,
  bearer,
  brevoBounce,
  brevoToken,
  fakeSns,
  mailgunBounce,
  mailgunKey,
  mailgunRequest,
  postmarkBounce,
  postmarkLogin,
  sendgridBounce,
  sendgridKey,
  sendgridRequest,
  sesBounce,
  snsMessage,
  topic,
  type AboutLetter,
  type FakeSns,
  type SignedRequest,
} from '../support/relay-events.ts';
import { engines } from '../support/engines.ts';
import { lockLetters } from '../support/lock-rows.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const skip = needs('openssl', 'openssl');

let sns: FakeSns;
let app: TestApp;
beforeAll(async () => {
  if (!skip) sns = await fakeSns();
});
afterAll(() => sns?.close());
beforeEach(async () => {
  if (skip) return;
  app = await startTestApp({
    env: {
      SES_TOPICS: `arn:aws:sns:eu-west-1:123456789012:other, ${topic}`,
      SNS_ENDPOINT: sns.endpoint,
      SENDGRID_KEYS: sendgridKey,
      MAILGUN_KEYS: `an-old-key,${mailgunKey}`,
      POSTMARK_LOGINS: postmarkLogin,
      BREVO_TOKENS: brevoToken,
    },
  });
});
afterEach(async () => {
  if (skip) return;
  await app.auditGreen();
  await app.stop();
});

/** Signs, and gives what a relay knows of the letter that left. */
async function sendOne(n = 1): Promise<AboutLetter> {
  const before = (await app.states()).accepted;
  await app.sign(n);
  await app.until({ accepted: before + 1 });
  const mail = app.embassy.received.at(-1);
  const messageId = /^Message-ID: (<\S+>)/m.exec(mail?.raw.toString() ?? '')?.[1] ?? '';
  return { returnPath: mail?.envelope.from ?? '', messageId };
}

async function push(provider: string, { body, headers }: SignedRequest): Promise<number> {
  const response = await fetch(`${app.origin}/v1/reports/${provider}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
    body,
  });
  return response.status;
}
const sentBySns = (message: Record<string, string>): SignedRequest => ({
  body: JSON.stringify(sns.sign(message)),
  headers: { 'x-amz-sns-message-type': 'Notification' },
});

/** For each relay, a refusal with its proof. */
const bounceOf: Record<string, (about: AboutLetter) => SignedRequest> = {
  ses: (about) => sentBySns(snsMessage(sesBounce(about), app.clock.now())),
  sendgrid: (about) => sendgridRequest([sendgridBounce(about)], app.clock.now()),
  mailgun: (about) => mailgunRequest(mailgunBounce(about), app.clock.now()),
  postmark: (about) => ({ body: JSON.stringify(postmarkBounce(about)), headers: basic(postmarkLogin) }),
  brevo: (about) => ({ body: JSON.stringify(brevoBounce(about)), headers: bearer(brevoToken) }),
};
const providers = Object.keys(bounceOf);

const counted = async (result: string) => (await metricsOf(app)).sum('todoke_returned_mail_total', { result });
const stored = () => app.database.read.find(returnedMailTable);

describe.skipIf(skip)('a relay says that a letter came back', () => {
  test.each(providers)('%s: it is stored, read, and moves its letter; sent again it is the same', async (provider) => {
    const about = await sendOne();
    const request = bounceOf[provider]?.(about) ?? { body: '', headers: {} };
    expect(await push(provider, request)).toBe(200);
    await app.until({ for_hand: 1 });
    expect(await push(provider, request)).toBe(200);
    expect(await stored()).toMatchObject([{ source: provider, kind: 'failed', effect: 'returned, then for_hand' }]);
    const [outcome] = await app.database.read.find(outcomeTable);
    expect(outcome).toMatchObject({
      trust: 'relay-webhook',
      stage: 'async',
      class: 'target-block',
      attribution: 'blocked',
      code: 550,
      enhanced: '5.7.1',
    });
    expect(await counted('stored')).toBe(1);
    expect(await counted('again')).toBe(1);
  });

  test.each(providers)('%s: without its proof it is refused, and counted', async (provider) => {
    const about = await sendOne();
    const request = bounceOf[provider]?.(about) ?? { body: '', headers: {} };
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const forged: Record<string, SignedRequest[]> = {
      ses: [{ ...request, body: request.body.replace('Permanent', 'Transient') }],
      sendgrid: [
        { ...request, body: request.body.replace('5.7.1', '5.1.1') },
        { ...request, headers: {} },
        sendgridRequest([sendgridBounce(about)], app.clock.now(), other),
      ],
      mailgun: [{ ...request, body: request.body.replace(/"signature":"../, '"signature":"00') }],
      postmark: [
        { ...request, headers: {} },
        { ...request, headers: basic('todoke:another') },
      ],
      brevo: [
        { ...request, headers: {} },
        { ...request, headers: bearer('another') },
      ],
    };
    const all = [...(forged[provider] ?? []), { ...request, body: '', headers: {} }, { body: '{{', headers: {} }];
    for (const each of all) expect(await push(provider, each)).toBe(401);
    expect(await counted('unverified')).toBe(all.length);
    expect(await stored()).toEqual([]);
    await app.until({ accepted: 1 });
  });

  test.each(['ses', 'sendgrid', 'mailgun'])(
    '%s: long after it was signed it is refused, and counted',
    async (provider) => {
      const about = await sendOne();
      const request = bounceOf[provider]?.(about) ?? { body: '', headers: {} };
      app.clock.move(1.5 * day);
      expect(await push(provider, request)).toBe(403);
      app.clock.move(-1.5 * day - 20 * minute);
      expect(await push(provider, request)).toBe(403);
      expect(await counted('stale')).toBe(2);
      expect(await stored()).toEqual([]);
      app.clock.move(21 * minute);
      expect(await push(provider, request)).toBe(200);
      await app.until({ for_hand: 1 });
    },
  );

  test('Mailgun: a token proves one body and no other', async () => {
    const [one, two] = [await sendOne(1), await sendOne(2)];
    const token = 'f'.repeat(50);
    const now = app.clock.now();
    expect(await push('mailgun', mailgunRequest(mailgunBounce(one), now, token))).toBe(200);
    expect(await push('mailgun', mailgunRequest(mailgunBounce({ ...two, id: 'two' }), now, token))).toBe(403);
    expect(await push('mailgun', mailgunRequest(mailgunBounce(one), now, token))).toBe(200);
    expect(await counted('replayed')).toBe(1);
    await app.until({ for_hand: 1, accepted: 1 });
    // What would be refused for its age need not be remembered.
    app.clock.move(2 * day + minute);
    await app.until({ delivered: 1 });
    expect(await push('mailgun', mailgunRequest(mailgunBounce({ ...two, id: 'late' }), app.clock.now()))).toBe(200);
    await app.until({ for_hand: 2 });
    expect(await app.database.read.count(seenEventTable)).toBe(1);
  });

  test('of a letter that never left, of another mail, or to an expired path: nothing happens, and it is counted', async () => {
    const about = await sendOne();
    const foreign = { returnPath: 'newsletter@example.org', messageId: '<1@example.org>' };
    const never = { ...foreign, messageId: about.messageId.replace(/^<.{4}/, '<0000') };
    const forged = { ...foreign, returnPath: about.returnPath.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0')) };
    for (const each of [foreign, never])
      expect(await push('sendgrid', sendgridRequest([sendgridBounce(each)], app.clock.now()))).toBe(200);
    expect(await push('ses', bounceOf['ses']?.(forged) ?? { body: '', headers: {} })).toBe(200);
    expect(await counted('foreign')).toBe(3);
    app.clock.move(15 * day);
    expect(await push('mailgun', bounceOf['mailgun']?.(about) ?? { body: '', headers: {} })).toBe(200);
    expect(await counted('expired')).toBe(1);
    expect(await stored()).toEqual([]);
    await app.until({ delivered: 1 });
  });

  test('many events in one request reach each its letter', async () => {
    const letters = [await sendOne(1), await sendOne(2), await sendOne(3)];
    const events: object[] = letters.map((about, n) => sendgridBounce({ ...about, id: String(n) }));
    events.push({ event: 'open', sg_event_id: 'x', 'smtp-id': letters[0]?.messageId }, { nothing: 'known' });
    expect(await push('sendgrid', sendgridRequest(events, app.clock.now()))).toBe(200);
    await app.until({ for_hand: 3 });
    expect(await stored()).toHaveLength(3);
  });
});

describe.skipIf(skip)('SNS', () => {
  test('is believed in both versions of its signature', async () => {
    const letters = [await sendOne(1), await sendOne(2)];
    for (const [n, about] of letters.entries()) {
      const message = snsMessage(sesBounce({ ...about, id: String(n) }), app.clock.now(), {
        SignatureVersion: String(n + 1),
        Subject: 'Amazon SES Email Event Notification',
      });
      expect(await push('ses', sentBySns(message))).toBe(200);
    }
    await app.until({ for_hand: 2 });
  });

  test.each([
    ['another topic', { TopicArn: 'arn:aws:sns:eu-west-1:666:returned-mail' }],
    [
      'a certificate from elsewhere',
      { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem' },
    ],
    [
      'a certificate from a bucket',
      { SigningCertURL: 'https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem' },
    ],
    [
      'a certificate by another path',
      { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/x/SimpleNotificationService-0.pem' },
    ],
    [
      'a certificate without TLS',
      { SigningCertURL: 'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem' },
    ],
    [
      'a certificate at another port',
      { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-0.pem' },
    ],
    ['a version nobody knows', { SignatureVersion: '3' }],
  ])('with %s is not believed, although it is signed', async (_what, changes: Record<string, string>) => {
    const about = await sendOne();
    const before = sns.asked.length;
    expect(await push('ses', sentBySns(snsMessage(sesBounce(about), app.clock.now(), changes)))).toBe(401);
    // Nor is anything fetched for it.
    expect(sns.asked).toHaveLength(before);
    await app.until({ accepted: 1 });
  });

  test('whose certificate cannot be had at the moment is asked to send again', async () => {
    const about = await sendOne();
    await app.stop();
    const env = { SES_TOPICS: topic, SNS_ENDPOINT: 'http://127.0.0.1:9' };
    app = await startTestApp({ env });
    expect(await push('ses', sentBySns(snsMessage(sesBounce(about), app.clock.now())))).toBe(503);
    expect(await stored()).toEqual([]);
  });

  test('is subscribed to by itself, for our topics only', async () => {
    const confirm = (changes: Record<string, string>) =>
      sentBySns(
        snsMessage('You have chosen to subscribe', app.clock.now(), {
          Type: 'SubscriptionConfirmation',
          Token: 't'.repeat(20),
          SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t',
          ...changes,
        }),
      );
    expect(await push('ses', confirm({}))).toBe(200);
    expect(sns.asked.at(-1)).toBe('/?Action=ConfirmSubscription&Token=t');
    const before = sns.asked.length;
    expect(await push('ses', confirm({ TopicArn: 'arn:aws:sns:eu-west-1:666:x' }))).toBe(401);
    expect(await push('ses', confirm({ SubscribeURL: 'https://evil.example/?Action=ConfirmSubscription' }))).toBe(401);
    expect(sns.asked.slice(before).filter((url) => url.includes('Confirm'))).toEqual([]);
  });
});

describe.skipIf(skip)('the door for webhooks', () => {
  test('is shut for relays that are not set up, and for anything too large', async () => {
    expect(await push('pigeons', { body: '{}', headers: {} })).toBe(404);
    const large = await fetch(`${app.origin}/v1/reports/brevo`, {
      method: 'POST',
      body: 'x'.repeat(2_200_000),
      headers: bearer(brevoToken),
    });
    expect(large.status).toBe(400);
    expect(((await large.json()) as { detail: string }).detail).toContain('2 MB');
    await app.stop();
    app = await startTestApp();
    for (const provider of providers) expect(await push(provider, { body: '{}', headers: {} })).toBe(404);
  });

  // On MariaDB nobody else's lock on letters keeps an event from being stored.
  if (engines === 'embedded')
    test('says nothing was taken while the database cannot write', async () => {
      const about = await sendOne();
      const request = bounceOf['mailgun']?.(about) ?? { body: '', headers: {} };
      const release = await lockLetters(app.folder);
      try {
        expect(await push('mailgun', request)).toBe(503);
      } finally {
        await release();
      }
      expect(await push('mailgun', request)).toBe(200);
      await app.until({ for_hand: 1 });
      expect(await stored()).toHaveLength(1);
    });

  test('a delivery only ends a doubt and begins the wait anew: the letter may still come back', async () => {
    const about = await sendOne();
    app.clock.move(47 * hour);
    const event = {
      ...sendgridBounce(about),
      event: 'delivered',
      response: '250 2.0.0 OK',
      reason: undefined,
      status: undefined,
    };
    expect(await push('sendgrid', sendgridRequest([event], app.clock.now()))).toBe(200);
    await waitFor(stored, (rows) => rows[0]?.readAt !== null, 'a read event');
    app.clock.move(2 * hour);
    await app.until({ accepted: 1 });
    expect(await app.database.read.findOneByOrFail(letterTable, {})).toMatchObject({
      dueAt: app.clock.now() + 46 * hour,
    });
    expect(await push('sendgrid', sendgridRequest([sendgridBounce({ ...about, id: 'later' })], app.clock.now()))).toBe(
      200,
    );
    await app.until({ for_hand: 1 });
  });
});
