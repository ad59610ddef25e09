/** The pages about targets and of what waits for a look, in both languages, 360 pixels wide and on a desk. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { minute } from '../../src/clock.ts';
import { refusesByPolicy } from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { readChannel } from '../../src/outbox/channel-table.ts';
import { answerTable } from '../../src/outcomes/answer-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { campaignsWhere } from '../support/campaigns-where.ts';
import { expectAccessible, follow, look, openChromium, openTab } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { needs } from '../support/needs.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');
const [first, second] = ['old@office.example', 'new@office.example'];

/** Opens all that is folded. */
const unfold = `document.querySelectorAll('details').forEach((one) => (one.open = true))`;

/** Nobody of this name, as some servers say it. */
const dead: Personality = {
  name: 'has moved',
  answer: ({ stage, to }) =>
    stage === 'rcpt' && to === first
      ? { say: `550 5.1.1 <${to}>: Recipient address rejected: User unknown` }
      : undefined,
};
const riddle: Personality = {
  name: 'speaks in riddles',
  answer: ({ stage }) =>
    stage === 'rcpt' ? { say: '599 5.9.9 The heron stands still until the river has found its way' } : undefined,
};

describe.skipIf(noChromium)('the pages about targets and of what waits for a look', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-target-pages-'));
  let browser: Browser;
  let app: TestApp;
  const mode = async () => (await readChannel(app.database.read, 'office')).mode;

  beforeAll(async () => {
    const targets = [
      { id: 'office', mailboxes: [first, second] },
      { id: 'ministry', mailboxes: ['desk@ministry.example'] },
    ];
    const env = { CAMPAIGNS_DIR: campaignsWhere(targets) };
    [browser, app] = await Promise.all([openChromium(), startTestApp({ env, personality: dead })]);
    process.stderr.write(`pictures of the pages about targets: ${pictures}\n`);
    // A dead mailbox, an answer, two riddles, a channel that was shut, opened by a person and shut again.
    for (let n = 1; n <= 2; n += 1) await app.sign(n);
    await app.until({ accepted: 4 });
    const path = app.embassy.received.at(-1)?.envelope.from ?? '';
    const mail = [
      'From: "The Secretary" <secretary@office.example>',
      'Message-ID: <one@office.example>',
      'Subject: Re: your letter',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'お手紙ありがとうございました。\r\n\r\nWe have read it and laid it before the Ambassador.',
      '',
    ];
    for (const id of ['one', 'two']) {
      const text = mail.join('\r\n').replace('<one@', `<${id}@`);
      await handInMail(app.bouncePort, path, text, 'secretary@office.example');
    }
    await waitFor(
      () => app.database.read.find(answerTable),
      (rows) => rows.length === 2 && rows.every(({ verdict }) => verdict === 'accepted'),
      'two answers',
    );
    app.embassy.become(riddle);
    await app.sign(3);
    await waitFor(
      () => app.database.read.countBy(outcomeTable, { class: 'unknown' }),
      (n) => n === 2,
      'unknown replies',
    );
    app.embassy.become(refusesByPolicy());
    for (let n = 4; n <= 9; n += 1) {
      await app.sign(n);
      app.clock.move(3 * minute);
    }
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  async function check(page: Page, name: string): Promise<void> {
    await look(page, pictures, name);
    await expectAccessible(page, name);
  }

  test.each(['ja', 'en'] as const)('are right, for who decides and for who only reads (%s)', async (locale) => {
    const { token } = await signedIn(app, 'admin', { language: locale });
    const tab = await openTab(browser, app.origin, { locale, session: token });
    onTestFinished(tab.close);
    const { page } = tab;
    const open = (path: string): Promise<unknown> => page.goto(app.origin + path);

    await open('/console/targets');
    await check(page, `targets-${locale}`);
    await follow(page.locator('a[href="/console/targets/office"]'));
    await check(page, `target-${locale}`);
    await page.evaluate(unfold);
    await check(page, `target-unfolded-${locale}`);
    await page.locator('#pause-reason').fill('x');
    await follow(page.locator('form[action$="/pause"] button'));
    expect(await page.locator('#pause-reason-error').count()).toBe(1);
    await check(page, `target-mistake-${locale}`);
    await page.locator('#pause-reason').fill(locale === 'ja' ? '手紙に誤りがあります' : 'A letter has a mistake.');
    await follow(page.locator('form[action$="/pause"] button'));
    expect(await page.locator('.notice.done').count()).toBe(1);
    await check(page, `target-paused-${locale}`);
    await page.locator('#resume-reason').fill(locale === 'ja' ? '直りました' : 'It is mended.');
    await follow(page.locator('form[action$="/resume"] button'));
    await open('/console/targets');
    await page.locator('#pause-reason').fill(locale === 'ja' ? 'すべて止めます' : 'All has to stop.');
    await follow(page.locator('form[action$="/pause"] button'));
    await check(page, `targets-paused-${locale}`);
    await page.locator('#resume-reason').fill(locale === 'ja' ? '再開します' : 'Go on.');
    await follow(page.locator('form[action$="/resume"] button'));

    await open('/console/review');
    await check(page, `review-${locale}`);
    await follow(page.locator('a[href^="/console/review/answers/"]').first());
    await check(page, `answer-${locale}`);
    await page.locator('#handle-reason').fill(locale === 'ja' ? '理事会に伝えました' : 'Told the board.');
    await follow(page.locator('form[action$="/handle"] button'));
    await open('/console/review?answers=all');
    if (locale === 'ja') {
      await page.locator('#replies summary').first().click();
      await check(page, 'review-judging-ja');
      await page.locator('select[name=meaning]').selectOption('passing');
      await page.locator('#replies input[name=reason]').fill('川の話です');
      await follow(page.locator('form[action$="/judge"] button'));
    }
    await open('/console/review');
    await check(page, `review-after-${locale}`);
    await open('/console/review/judged');
    await page.evaluate(unfold);
    await check(page, `judged-${locale}`);

    for (const width of [390, 1200]) {
      await page.setViewportSize({ width, height: 900 });
      for (const below of ['targets', 'targets/office', 'targets/ministry', 'review', 'review?answers=all']) {
        await open(`/console/${below}`);
        await look(page, pictures, `${width}-${below.replaceAll(/\W/g, '-')}-${locale}`);
      }
    }
    const reader = await openTab(browser, app.origin, {
      locale,
      session: (await signedIn(app, 'viewer', { language: locale })).token,
    });
    onTestFinished(reader.close);
    for (const below of ['targets', 'targets/office', 'review']) {
      await reader.page.goto(`${app.origin}/console/${below}`);
      expect(await reader.page.locator('main form').count()).toBe(0);
      await check(reader.page, `reader-${below.replaceAll(/\W/g, '-')}-${locale}`);
    }
    await page.emulateMedia({ media: 'print' });
    await open('/console/targets/office');
    await look(page, pictures, `target-print-${locale}`);
  });

  test('what somebody unfolded stays unfolded when the page hears of a change', async () => {
    const { token } = await signedIn(app, 'viewer', { language: 'en' });
    const tab = await openTab(browser, app.origin, { locale: 'en', session: token });
    onTestFinished(tab.close);
    const { page } = tab;
    await page.goto(`${app.origin}/console/targets/office`);
    await page.locator('html[data-stream=open]').waitFor();
    await page.locator('#now summary').first().click();
    await app.call('POST', '/v1/campaigns/uyghurs-abroad/targets/office/pause', { reason: 'A letter has a mistake.' });
    await page.locator('#now').getByText('A letter has a mistake.').waitFor({ timeout: 15_000 });
    expect(await page.locator('#now details').first().getAttribute('open')).not.toBeNull();
  });
});
