import { afterEach, describe, expect, test } from 'vitest';
import { day, minute } from '../../src/clock.ts';
import { accepts } from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { letterHistoryTable, letterTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { readChannel } from '../../src/outbox/channel-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { campaignsWhere } from '../support/campaigns-where.ts';
import { unknownUserReport } from '../support/failure-report.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const [first, second, third] = ['old@office.example', 'new@office.example', 'desk@office.example'] as const;

/** Nobody of these names. */
const dead = (...mailboxes: string[]): Personality => ({
  name: 'has moved',
  answer: ({ stage, to }) =>
    stage === 'rcpt' && mailboxes.includes(to)
      ? { say: `550 5.1.1 <${to}>: Recipient address rejected: User unknown` }
      : undefined,
});

async function startWith(personality: Personality, ...mailboxes: string[]): Promise<TestApp> {
  return startTestApp({ personality, env: { CAMPAIGNS_DIR: campaignsWhere([{ id: 'office', mailboxes }]) } });
}

/** Where each attempt of a letter went, in order. */
async function wayOf(letterId: string): Promise<(string | null | undefined)[]> {
  const attempts = await app.database.read.find(attemptTable, { where: { letterId }, order: { number: 'ASC' } });
  return attempts.map(({ mailbox }) => mailbox);
}

const letters = () => app.database.read.find(letterTable, { order: { id: 'ASC' } });
const mode = async () => (await readChannel(app.database.read, 'office')).mode;

describe('a letter to a dead mailbox', () => {
  test('goes to the next of its target, as the same letter, and nothing counts against the target', async () => {
    app = await startWith(dead(first), first, second);
    await app.sign(1);
    await app.until({ accepted: 1 });
    const [letter] = await letters();
    expect(await wayOf(letter?.id ?? '')).toEqual([first, second]);
    expect(letter).toMatchObject({ mailbox: second, attempts: 2 });
    expect(app.embassy.received.map(({ envelope }) => envelope.to)).toEqual([[second]]);
    const outcomes = await app.database.read.find(outcomeTable);
    expect(outcomes).toMatchObject([{ class: 'dead-mailbox', attribution: null }]);
    expect(await mode()).toBe('mail');
  });

  test('after letters of two signer domains new ones leave it out; a week later it is tried again', async () => {
    app = await startWith(dead(first), first, second);
    await app.sign(1);
    await app.until({ accepted: 1 });
    // The same domain once more proves nothing new.
    await app.sign(13);
    await app.until({ accepted: 2 });
    await app.sign(2);
    await app.until({ accepted: 3 });
    await app.sign(3);
    await app.until({ accepted: 4 });
    expect((await letters()).map(({ attempts }) => attempts)).toEqual([2, 2, 2, 1]);
    app.clock.move(8 * day);
    app.embassy.become(accepts());
    await app.sign(4);
    await waitFor(
      async () => (await letters()).at(-1)?.mailbox,
      (seen) => seen === first,
      'a letter to the first mailbox',
    );
  });

  test('goes on paper when all are dead, and only then the target counts as dead', async () => {
    app = await startWith(dead(first, second, third), first, second, third);
    await app.sign(1);
    await app.until({ for_hand: 1 });
    const [letter] = await letters();
    expect(await wayOf(letter?.id ?? '')).toEqual([first, second, third]);
    const heard = await app.database.read.find(outcomeTable, { order: { id: 'ASC' } });
    expect(heard.map(({ attribution }) => attribution)).toEqual([null, null, 'dead']);
    await app.sign(2);
    await app.until({ for_hand: 2 });
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
  });

  test('that was in doubt before goes nowhere else: its name goes on paper', async () => {
    let drops = 1;
    app = await startWith(
      {
        name: 'hangs up, then has moved',
        answer: ({ stage }) => (stage === 'dot' && drops-- > 0 ? { hangUp: true } : undefined),
      },
      first,
      second,
    );
    await app.sign(1);
    await app.until({ in_doubt: 1 });
    app.embassy.become(dead(first));
    app.clock.move(31 * minute);
    await app.until({ for_hand: 1 });
    const [letter] = await letters();
    expect(await wayOf(letter?.id ?? '')).toEqual([first, first]);
    const moves = await app.database.read.findBy(letterHistoryTable, { to: 'for_hand' });
    expect(moves).toMatchObject([{ from: 'refused', reason: 'the mailbox does not exist' }]);
    // Another mailbox is left: the target is not blamed.
    expect(await app.database.read.find(outcomeTable)).toMatchObject([{ attribution: null }]);
  });
});

describe('a report of a dead mailbox', () => {
  test('sends the letter on to the next; what comes later about the first moves nothing', async () => {
    app = await startWith(accepts(), first, second);
    await app.sign(1);
    await app.until({ accepted: 1 });
    const [letter] = await letters();
    const path = app.embassy.received[0]?.envelope.from ?? '';
    await handInMail(app.bouncePort, path, unknownUserReport(first, 'one'));
    await waitFor(
      () => app.embassy.received.length,
      (n) => n === 2,
      'the letter at the next mailbox',
    );
    await app.until({ accepted: 1 });
    await handInMail(app.bouncePort, path, unknownUserReport(first, 'another'));
    await waitFor(
      () => app.database.read.countBy(outcomeTable, { class: 'dead-mailbox' }),
      (n) => n === 2,
      'the second report',
    );
    expect(await wayOf(letter?.id ?? '')).toEqual([first, second]);
    await app.until({ accepted: 1 });
    expect(await app.database.read.countBy(outcomeTable, { attribution: 'dead' })).toBe(0);
    await handInMail(app.bouncePort, path, unknownUserReport(second, 'the-last'));
    await app.until({ for_hand: 1 });
    expect(await app.database.read.countBy(outcomeTable, { attribution: 'dead' })).toBe(1);
  });
});
