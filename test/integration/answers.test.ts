import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { accepts, dropsAfterDot, greylists, refusesByPolicy } from '../../src/embassy/personalities.ts';
import { answerTable } from '../../src/outcomes/answer-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const official = 'secretary@embassy.example';
const answer = (name = 'one', ...lines: string[]) =>
  [
    `From: "The Secretary" <${official}>`,
    'To: somebody',
    `Message-ID: <${name}@embassy.example>`,
    'Subject: Re: your letter',
    ...lines,
    '',
    'Thank you for writing to us.',
    '',
  ].join('\r\n');

/** Signs, and gives the return path of her letter. */
async function sendOne(n = 1): Promise<{ path: string; receipt: string }> {
  const { body } = await app.sign(n);
  await app.until({ accepted: 1 });
  return { path: app.embassy.received.at(-1)?.envelope.from ?? '', receipt: body.receipt_url };
}
const bring = (path: string, message = answer(), sender = official) =>
  handInMail(app.bouncePort, path, message, sender);
const verdicts = async () => (await app.database.read.find(answerTable)).map(({ verdict }) => verdict);
const ended = (...wanted: string[]) =>
  waitFor(verdicts, (seen) => seen.length === wanted.length && wanted.every((verdict, n) => seen[n] === verdict));

describe('a person who answers to the return path', () => {
  test('reaches the signer: once, from us, with the answer as it came, and no way back', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    await bring(path);
    await bring(path);
    await ended('accepted');
    const [, mail] = app.embassy.received;
    expect(app.embassy.received).toHaveLength(2);
    expect(mail?.envelope).toMatchObject({ from: '', to: ['signer1@mail1.example'] });
    const read = await PostalMime.parse(mail?.raw ?? '', { forceRfc822Attachments: true });
    expect(read.from).toMatchObject({ address: 'letters@human-rights-desk.example' });
    expect(read.subject).toBe('An answer to your letter');
    expect(read.text).toContain('addressed to: Ambassador');
    expect(read.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
    expect(read.headers.some(({ key }) => key === 'dkim-signature')).toBe(true);
    const [attached] = read.attachments;
    expect(attached?.mimeType).toBe('message/rfc822');
    // The bytes themselves: a mail inside a mail is not encoded.
    expect(mail?.raw.toString('latin1')).toContain(`\r\n\r\n${answer()}`);
    // It is proof of life, and moves nothing.
    await app.until({ accepted: 1 });
    // Its record follows the reply of the server.
    await waitFor(
      async () => (await metricsOf(app)).sum('todoke_answers_total', { verdict: 'accepted' }),
      (n) => n === 1,
      'a counted answer',
    );
  });

  test('is brought in the language of the letter, and in any script', async () => {
    app = await startTestApp();
    const { path } = await sendOne(2);
    const words = 'お手紙ありがとうございました。';
    await bring(path, answer('one', 'Content-Type: text/plain; charset=utf-8') + words);
    await ended('accepted');
    const read = await PostalMime.parse(app.embassy.received[1]?.raw ?? '');
    expect(read.subject).toBe('あなたの手紙に返信がありました');
    expect(read.attachments[0]?.filename).toBe('answer.eml');
    expect(Buffer.from(read.attachments[0]?.content as ArrayBuffer).toString()).toContain(words);
  });

  test('is not brought to an erased signer, whenever she asked for it', async () => {
    app = await startTestApp();
    const { path, receipt } = await sendOne();
    app.embassy.become(greylists());
    await bring(path);
    await waitFor(
      () => app.database.read.findOneBy(answerTable, {}),
      (row) => row?.tries === 1 && row.startedAt === null,
      'an answer that waits',
    );
    await fetch(`${receipt}/erase`, { method: 'POST' });
    app.clock.move(hour);
    await ended('erased');
    await bring(path, answer('two'));
    await waitFor(
      () => app.database.read.findOneBy(returnedMailTable, { kind: 'human-answer' }),
      (row) => row?.raw.length === 0,
      'an answer that is not kept',
    );
    expect(app.embassy.received).toHaveLength(1);
    expect(await app.database.read.count(answerTable)).toBe(1);
  });

  test('who is the signer, or whose mail is one of ours, is not answered in a circle', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    await bring(path, answer().replace(official, 'Signer1@mail1.example'));
    await bring(path, answer('two', 'X-Todoke: forwarded-answer'));
    await ended('own', 'own');
    expect(app.embassy.received).toHaveLength(1);
  });

  test('and does so again and again is not let through for ever: whoever knows the path could use it', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    for (let n = 0; n < 7; n += 1) {
      await bring(path, answer(`answer${n}`));
      await waitFor(verdicts, (seen) => seen.filter(Boolean).length === n + 1, 'one more ended');
    }
    expect(await verdicts()).toEqual([...Array<string>(5).fill('accepted'), 'too-many', 'too-many']);
    expect(app.embassy.received).toHaveLength(6);
  });

  test('by a machine is not brought', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    await bring(path, answer('one', 'Auto-Submitted: auto-replied'));
    await bring(path, answer('two'));
    await ended('accepted');
    expect(app.embassy.received).toHaveLength(2);
  });
});

describe('an answer on its way to the signer', () => {
  test('waits out passing trouble', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    app.embassy.become(greylists());
    await bring(path);
    await waitFor(
      () => app.database.read.findOneBy(answerTable, {}),
      (row) => row?.tries === 1 && row.startedAt === null,
      'an answer that waits',
    );
    app.clock.move(10 * minute);
    await ended('accepted');
    expect(app.embassy.received).toHaveLength(2);
  });

  test('that is refused is not tried again', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    app.embassy.become(refusesByPolicy());
    await bring(path);
    await ended('refused');
  });

  test('is not sent twice when it may have arrived', async () => {
    app = await startTestApp();
    const { path } = await sendOne();
    app.embassy.become(dropsAfterDot({ times: 1, taken: true }));
    await bring(path);
    await ended('in_doubt');
    app.clock.move(hour);
    await bring(path, answer('two'));
    await ended('in_doubt', 'accepted');
    expect(app.embassy.received).toHaveLength(3);
  });

  test('is found again when its process died: unsent it goes, begun it is in doubt', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-answers-'));
    app = await startTestApp({ folder });
    const { path } = await sendOne();
    app.embassy.become({
      name: 'not now',
      answer: ({ stage }) => (stage === 'rcpt' ? { say: '451 4.3.2 Try again later' } : undefined),
    });
    await bring(path);
    await bring(path, answer('two'));
    const waiting = await waitFor(
      () => app.database.read.find(answerTable, { order: { id: 'ASC' } }),
      (rows) => rows.length === 2 && rows.every(({ tries, startedAt }) => tries === 1 && startedAt === null),
      'two answers that wait',
    );
    await app.database.write((transaction) =>
      transaction.update(answerTable, { id: waiting[0]?.id ?? '' }, { startedAt: app.clock.now() }),
    );
    await app.stop();
    app = await startTestApp({ folder, clock: app.clock, personality: accepts() });
    app.clock.move(hour);
    await ended('in_doubt', 'accepted');
  });
});
