/** The pages of what a person has to look at: replies that no rule knows, and answers of people. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Personality } from '../../src/embassy/personality.ts';
import { newId } from '../../src/ids.ts';
import { readChangeMarks } from '../../src/ledger/change-marks.ts';
import { answerTable } from '../../src/outcomes/answer-table.ts';
import { countUnhandledAnswers } from '../../src/outcomes/answers.ts';
import { outcomeTable, type OutcomeRow } from '../../src/outcomes/outcome-table.ts';
import { replyJudgementTable } from '../../src/outcomes/reply-judgement-table.ts';
import { countUnjudged } from '../../src/outcomes/unknown-replies.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { insertRows } from '../../src/storage/write-rows.ts';
import { signedIn } from '../support/console-guest.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

type Somebody = Awaited<ReturnType<typeof signedIn>>;
let app: TestApp;
let deliverer: Somebody;
let campaigner: Somebody;
let viewer: Somebody;
const review = '/console/review';
const attack = '"><img src=x onerror=alert(1)> <script>alert(2)</script>';

async function start(options: Parameters<typeof startTestApp>[0] = {}): Promise<void> {
  app = await startTestApp(options);
  deliverer = await signedIn(app, 'deliverer');
  campaigner = await signedIn(app, 'campaigner');
  viewer = await signedIn(app, 'viewer');
}

/** Speaks in riddles, and repeats whom it speaks of. */
const riddles: Personality = {
  name: 'speaks in riddles',
  answer: ({ stage, from, to }) =>
    stage === 'rcpt'
      ? { say: `599 5.9.9 <${to}> The heron of Mamoru Jinken stands still for ${from} ${attack}` }
      : undefined,
};
const heard = (n: number) =>
  waitFor(
    () => app.database.read.countBy(outcomeTable, { class: 'unknown' }),
    (seen) => seen === n,
    `${n} unknown outcomes`,
  );
const keyIn = (text: string) => /replies\/([\w-]{43})\/judge/.exec(text)?.[1] ?? '';

describe('a reply that no rule knows', () => {
  beforeAll(() => start({ personality: riddles }), 60_000);
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
  });

  test('is not there while all is well, and the page says so', async () => {
    const page = await viewer.get(review);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Nothing waits here.');
    expect(page.text).toContain('Every reply is known or judged.');
    expect(await countUnjudged(app.database.read)).toBe(0);
  });

  test('is shown once however often it was heard, without names and without markup', async () => {
    for (let n = 1; n <= 3; n += 1) await app.sign(n, { name: 'Mamoru Jinken' });
    await heard(3);
    const { text } = await viewer.get(review);
    expect(text).toContain('Replies that nobody has judged: 1');
    expect(text).toMatch(/599 5\.9\.9 address the heron of name stands still for address/);
    expect(text).toMatch(/Times heard<\/dt><dd>3</);
    expect(text).toContain('Targets: 1 · mail domains of signers: 3');
    expect(text).not.toMatch(/jinken|signer\d|mail\d\.example/i);
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('<script>alert');
    expect(await countUnjudged(app.database.read)).toBe(1);
  });

  test('is judged by who looks after channels, with a reason, and leaves the list for good', async () => {
    const key = keyIn((await deliverer.get(review)).text);
    expect(key).not.toBe('');
    const address = `${review}/replies/${key}/judge`;
    for (const who of [viewer, campaigner]) {
      expect(keyIn((await who.get(review)).text)).toBe('');
      expect((await who.send(address, { meaning: 'blocked', reason: 'I know it' })).status).toBe(403);
    }
    const unsaid = await deliverer.send(address, { meaning: 'blocked', reason: '' });
    expect([unsaid.status, unsaid.text.includes(`id="reply-${key}-reason-error"`)]).toEqual([422, true]);
    expect((await deliverer.send(address, { meaning: 'nonsense', reason: 'because' })).text).toContain(
      `id="reply-${key}-meaning-error"`,
    );
    for (const none of ['0'.repeat(43), 'x', '..%2f'])
      expect(
        (await deliverer.send(`${review}/replies/${none}/judge`, { meaning: 'leave', reason: 'no such' })).status,
      ).toBe(404);
    const before = await readChangeMarks(app.database);
    expect((await deliverer.send(address, { meaning: 'blocked', reason: `They told us. ${attack}` })).status).toBe(303);
    expect((await readChangeMarks(app.database)).review).not.toBe(before.review);
    expect(await countUnjudged(app.database.read)).toBe(0);
    expect((await viewer.get(review)).text).toContain('Nothing waits here.');

    // Another one in the same words waits for nobody; other words do.
    await app.sign(4, { name: 'Mamoru Jinken' });
    await heard(4);
    expect(await countUnjudged(app.database.read)).toBe(0);
    const { text } = await viewer.get(`${review}/judged`);
    expect(text).toContain('the target refuses');
    expect(text).toContain('人権 守');
    expect(text).toContain('attribution: &#39;blocked&#39;');
    expect(text).not.toContain('<img src=x');
    expect(text).not.toMatch(/jinken|signer\d/i);
    // It moved nothing: the letters are still due by mail.
    await app.until({ queued: 4 });
    const rows = await app.database.read.findBy(staffEventTable, { what: 'reply.judge', subject: key });
    expect(rows.map(({ result }) => result)).toEqual(['asked', 'failed', 'asked', 'failed', 'asked']);
  });

  test('is judged anew, and the newest judgement stands first', async () => {
    const key = keyIn((await deliverer.get(`${review}/judged`)).text);
    await deliverer.send(`${review}/replies/${key}/judge`, { meaning: 'leave', reason: 'It was a joke of theirs.' });
    const { text } = await viewer.get(`${review}/judged`);
    expect(text.indexOf('It was a joke of theirs.')).toBeLessThan(text.indexOf('They told us.'));
    expect(await app.database.read.countBy(replyJudgementTable, { reply: key })).toBe(2);
  });

  test('is one of many: they go on over pages', async () => {
    const letter = (await app.database.read.find(outcomeTable, { take: 1 }))[0] as OutcomeRow;
    await app.database.write((transaction) =>
      insertRows(
        transaction,
        outcomeTable,
        Array.from({ length: 45 }, (_, n) => ({
          ...letter,
          id: newId(app.clock),
          text: `riddle ${String.fromCodePoint(97 + (n % 26)).repeat(2 + Math.floor(n / 26))}`,
        })),
      ),
    );
    expect(await countUnjudged(app.database.read)).toBe(45);
    const seen: string[] = [];
    let next = review;
    while (next !== '') {
      const { text } = await viewer.get(next);
      seen.push(...[...text.matchAll(/<h3><bdi>([^<]*)</g)].map(([, said = '']) => said));
      next = /href="(\/console\/review\?from=\d+)" rel="next"/.exec(text)?.[1] ?? '';
    }
    expect(new Set(seen).size).toBe(45);
    expect(seen).toHaveLength(45);
  });
});

describe('an answer of a person', () => {
  beforeAll(() => start(), 60_000);
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
  });

  const answer = (name: string, ...lines: string[]) =>
    [
      `From: "The Secretary ${attack.replaceAll('"', '')}" <secretary@embassy.example>`,
      `Message-ID: <${name}@embassy.example>`,
      `Subject: Re: your letter ${attack}`,
      ...lines,
      '',
      `Thank you for writing. ${attack}`,
      '',
    ].join('\r\n');
  const path = () => app.embassy.received[0]?.envelope.from ?? '';
  const bring = (name: string, ...lines: string[]) =>
    handInMail(app.bouncePort, path(), answer(name, ...lines), 'secretary@embassy.example');
  const waiting = (n: number) =>
    waitFor(
      () => app.database.read.find(answerTable, { order: { id: 'ASC' } }),
      (rows) => rows.length === n && rows.every(({ verdict }) => verdict !== null),
      `${n} answers`,
    );
  let receipt: string;

  test('is listed for everybody, and read only by who may, which is written down each time', async () => {
    receipt = (await app.sign(1)).body.receipt_url;
    await app.until({ accepted: 1 });
    await bring('one');
    const [row] = await waiting(1);
    const address = `${review}/answers/${row?.id}`;
    expect(await countUnhandledAnswers(app.database.read)).toBe(1);
    for (const who of [viewer, deliverer]) {
      const { text } = await who.get(review);
      expect(text).toContain('Answers that nobody has dealt with: 1');
      expect(text).toContain('brought');
      expect(text).not.toContain(address);
      expect(text).not.toMatch(/secretary|thank you for writing/i);
      expect((await who.get(address)).status).toBe(403);
      expect((await who.send(`${address}/handle`, { reason: 'I did' })).status).toBe(403);
    }
    expect((await campaigner.get(review)).text).toContain(`href="${address}"`);
    const { text } = await campaigner.get(address);
    for (const words of ['Re: your letter', 'Thank you for writing.', 'secretary@embassy.example'])
      expect(text).toContain(words);
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&lt;script&gt;alert(2)&lt;/script&gt;');
    await campaigner.get(address);
    const read = await app.database.read.findBy(staffEventTable, { what: 'answer.read' });
    expect(read.map(({ actor, subject }) => [actor, subject])).toEqual([
      [campaigner.staff.id, row?.id],
      [campaigner.staff.id, row?.id],
    ]);
    for (const none of ['0'.repeat(16), '..%2f'])
      expect((await campaigner.get(`${review}/answers/${none}`)).status).toBe(404);
  });

  test('is dealt with by one person, once, and then waits for nobody', async () => {
    const [row] = await app.database.read.find(answerTable);
    const address = `${review}/answers/${row?.id}`;
    const unsaid = await campaigner.send(`${address}/handle`, { reason: '' });
    expect([unsaid.status, unsaid.text.includes('id="handle-reason-error"')]).toEqual([422, true]);
    const before = await readChangeMarks(app.database);
    app.clock.move(1);
    expect((await campaigner.send(`${address}/handle`, { reason: 'Told the board.' })).status).toBe(303);
    expect((await readChangeMarks(app.database)).review).not.toBe(before.review);
    expect((await campaigner.send(`${address}/handle`, { reason: 'Told the board.' })).status).toBe(409);
    expect(await countUnhandledAnswers(app.database.read)).toBe(0);
    expect((await viewer.get(review)).text).toContain('No answer waits for anybody.');
    expect((await viewer.get(`${review}?answers=all`)).text).toContain('Dealt with');
    expect((await campaigner.get(address)).text).toMatch(/Dealt with by 人権 守/);
  });

  test('of the signer herself, or one of ours, asks for nobody’s attention', async () => {
    await bring('two', 'X-Todoke: forwarded-answer');
    const rows = await waiting(2);
    expect(rows[1]).toMatchObject({ verdict: 'own', handledBy: 'rule' });
    expect(await countUnhandledAnswers(app.database.read)).toBe(0);
  });

  test('to an erased signer is not kept, and says so', async () => {
    await bring('three');
    const rows = await waiting(3);
    expect(await countUnhandledAnswers(app.database.read)).toBe(1);
    expect((await fetch(`${receipt}/erase`, { method: 'POST', redirect: 'manual' })).status).toBeLessThan(400);
    expect(await countUnhandledAnswers(app.database.read)).toBe(0);
    const { text } = await campaigner.get(`${review}/answers/${rows[2]?.id}`);
    expect(text).toContain('Nothing is kept of it any more');
    expect(text).not.toMatch(/secretary/i);
    // When it came is still told.
    expect(text).toContain('15 June 2020');
  });

  test('is one of many: they go on over pages', async () => {
    const letterId = newId(app.clock);
    const rows = Array.from({ length: 60 }, () => ({
      id: newId(app.clock),
      letterId,
      dueAt: 0,
      tries: 1,
      startedAt: null,
      endedAt: 1,
      verdict: 'accepted' as const,
      handledAt: null,
      handledBy: null,
    }));
    await app.database.write((transaction) => insertRows(transaction, answerTable, rows));
    const first = (await viewer.get(review)).text;
    const [, older = ''] = /href="([^"]*before=[^"]*)" rel="next"/.exec(first) ?? [];
    const second = (await viewer.get(older.replaceAll('&amp;', '&'))).text;
    const count = (text: string) => text.match(/badge answer-waiting/g)?.length;
    expect([count(first), count(second)]).toEqual([50, 10]);
    await app.database.write((transaction) => transaction.delete(answerTable, { letterId }));
  });
});
