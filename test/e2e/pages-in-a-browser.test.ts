/** The public pages in a real browser without script, on a narrow screen: from the form to the receipt and back. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { minute } from '../../src/clock.ts';
import { accepts, greylists } from '../../src/embassy/personalities.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { follow } from '../support/browser.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');
const narrow = { width: 360, height: 740 };
const page = `/actions/${campaign}`;

describe.skipIf(noChromium)('in a browser without script, 360 pixels wide,', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-pages-'));
  let browser: Browser;
  let words: Record<'ja' | 'en', Words>;
  let app: TestApp;

  beforeAll(async () => {
    const { ja, en } = await loadWords(wordsFolder);
    if (!ja || !en) throw new Error('the words of the pages are missing');
    words = { ja, en };
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'].concat([
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ]),
    });
    process.stderr.write(`pictures of the pages: ${pictures}\n`);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    app = await startTestApp();
    onTestFinished(async () => {
      await app.auditGreen();
      await app.stop();
    });
  });

  /** A tab of a reader's own. What it complains about or asks of another host fails the test. */
  async function open(path: string, locale: 'ja' | 'en' = 'ja'): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ javaScriptEnabled: false, viewport: narrow, locale });
    const complaints: string[] = [];
    await context.route(
      (url) => url.origin !== app.origin && url.protocol !== 'data:',
      (route) => {
        complaints.push(`asked for ${route.request().url()}`);
        return route.abort();
      },
    );
    context.on('console', (message) => {
      // Chromium logs the status of every page of mistakes, which is meant to be 4xx.
      if (!message.text().startsWith('Failed to load resource: the server responded with a status of 4'))
        complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('response', (response) => {
      if (response.status() >= 500) complaints.push(`${response.status()} for ${response.url()}`);
      if (response.request().isNavigationRequest() && response.status() !== 302 && response.status() !== 303) {
        const { 'content-security-policy': policy = '' } = response.headers();
        if (!policy.includes("default-src 'none'")) complaints.push(`no policy on ${response.url()}`);
      }
    });
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    const tab = await context.newPage();
    await tab.goto(app.origin + path);
    return tab;
  }

  /** Takes a picture, and fails when a reader would have to scroll sideways. */
  async function look(tab: Page, name: string, fullPage = true): Promise<void> {
    await tab.screenshot({ path: join(pictures, `${name}.png`), fullPage });
    const width = await tab.evaluate('document.documentElement.scrollWidth');
    expect(width, `${name} is wider than the screen`).toBeLessThanOrEqual(tab.viewportSize()?.width ?? 0);
  }

  async function agree(tab: Page): Promise<void> {
    await tab.locator('#consent_send').check();
    await tab.locator('#consent_hand-over').check();
  }

  const heading = (tab: Page): Promise<string> => tab.locator('h1').innerText();
  const state = (tab: Page): Promise<string> => tab.locator('.state').innerText();
  const language = (tab: Page): Promise<string | null> => tab.locator('html').getAttribute('lang');

  test('a person signs in Japanese and follows the letter until a server took it', async () => {
    app.embassy.become(greylists());
    const tab = await open(page);
    expect(new URL(tab.url()).pathname).toBe(`${page}/ja`);
    expect(await language(tab)).toBe('ja');
    await look(tab, '1-action-ja');

    // The button at the top leads to the form.
    await tab.locator('.jump a').click();
    await expect.poll(() => new URL(tab.url()).hash).toBe('#sign');
    await tab.locator('#name').fill('人権 守');
    await tab.locator('#email').fill('mamoru@mail.example');
    await tab.locator('#phone').fill('０３－２２２２－３３３３');
    await tab.locator('#message').fill('私自身の言葉です。\n二行目です。');
    await agree(tab);
    await look(tab, '2-form-filled');
    await follow(tab.locator('form#sign button[type=submit]'));

    expect(new URL(tab.url()).pathname).toMatch(/^\/receipts\/[0-9a-v]{32}$/);
    expect(await heading(tab)).toBe(words.ja.thanks.title);
    expect(await language(tab)).toBe('ja');
    await look(tab, '3-receipt-thanks');

    await waitFor(
      () => app.database.read.countBy(attemptTable, { verdict: 'deferred' }),
      (n) => n === 1,
      'a letter put off',
    );
    await app.until({ queued: 1 });
    await tab.reload();
    expect(await state(tab)).toBe(words.ja.states['queued-again'].name);
    await look(tab, '4-receipt-waits');

    app.embassy.become(accepts());
    app.clock.move(10 * minute);
    await app.until({ accepted: 1 });
    await tab.reload();
    expect(await state(tab)).toBe(words.ja.states.accepted.name);
    expect(await tab.locator('.now').innerText()).toContain(words.ja.receipt['used-reply-to']);
    await look(tab, '5-receipt-accepted');

    expect(app.embassy.received).toHaveLength(1);
    const mail = await PostalMime.parse(app.embassy.received[0]?.raw ?? '');
    expect(mail.replyTo).toEqual([{ name: '人権 守', address: 'mamoru@mail.example' }]);
    expect(mail.text?.replaceAll('\r\n', '\n')).toContain('私自身の言葉です。\n二行目です。');
    expect(mail.html).not.toContain('2222');
    const [signature] = await app.database.read.find(signatureTable);
    expect(signature).toMatchObject({ source: 'page', phone: '0322223333', language: 'ja' });
    expect(signature?.consents.map(({ id }) => id)).toEqual(['send', 'hand-over']);
  });

  test('an empty form says beside each field what is missing, and keeps what was typed', async () => {
    const tab = await open(`${page}/ja`);
    await follow(tab.locator('form#sign button[type=submit]'));
    expect(await tab.title()).toContain(words.ja.problems.title);
    // A screen reader starts at the list of mistakes, and each leads to its place.
    // Chromium moves the focus with the first frame that it draws, after the page has loaded.
    await expect.poll(() => tab.evaluate('document.activeElement.className'), { timeout: 15_000 }).toBe('summary');
    const wrong = ['name', 'email', 'consent_send', 'consent_hand-over'];
    expect(
      await tab.locator('.summary a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(wrong.map((id) => `#${id}`));
    for (const id of wrong) {
      expect(await tab.locator(`#${id}`).getAttribute('aria-invalid')).toBe('true');
      expect(await tab.locator(`#${id}-error`).isVisible()).toBe(true);
      expect(await tab.locator(`#${id}`).getAttribute('aria-describedby')).toContain(`${id}-error`);
    }
    expect(await tab.locator('#name-error').innerText()).toBe(words.ja.problems['name-empty']);
    const [field, complaint] = await Promise.all(['#name', '#name-error'].map((id) => tab.locator(id).boundingBox()));
    expect(Math.abs((field?.y ?? 0) - (complaint?.y ?? 9_999))).toBeLessThan(80);
    await look(tab, '6-form-empty');

    await tab.locator('#name').fill('守 "Mo" <b>');
    await tab.locator('#email').fill('mamoru at mail.example');
    await tab.locator('#message').fill('\n  最初の行\n\n</textarea><b>');
    await tab.locator('#consent_send').check();
    await follow(tab.locator('form#sign button[type=submit]'));
    expect(await tab.locator('#email-error').innerText()).toBe(words.ja.problems.email);
    expect(await tab.locator('#name-error').count()).toBe(0);
    expect(await tab.locator('#name').inputValue()).toBe('守 "Mo" <b>');
    expect(await tab.locator('#email').inputValue()).toBe('mamoru at mail.example');
    expect(await tab.locator('#message').inputValue()).toBe('\n  最初の行\n\n</textarea><b>');
    expect(await tab.locator('#consent_send').isChecked()).toBe(true);
    expect(await tab.locator('#consent_hand-over').isChecked()).toBe(false);
    expect(await tab.locator('#consent_contact').isChecked()).toBe(false);
    await look(tab, '7-form-wrong-address');
    expect(await app.database.read.count(signatureTable)).toBe(0);

    await tab.locator('#email').fill('mamoru@mail.example');
    await tab.locator('#consent_hand-over').check();
    await follow(tab.locator('form#sign button[type=submit]'));
    expect(await heading(tab)).toBe(words.ja.thanks.title);
    await app.until({ accepted: 1 });
  });

  test('the language is one click away, on the list and on the page of a letter', async () => {
    const tab = await open('/', 'en');
    expect(await language(tab)).toBe('en');
    await look(tab, '8-home-en');
    await follow(tab.locator(`a[href="${page}/en"]`).first());
    expect(await language(tab)).toBe('en');
    await look(tab, '9-action-en');
    const english = await heading(tab);
    await follow(tab.locator('nav.languages a[lang=ja]'));
    expect(new URL(tab.url()).pathname).toBe(`${page}/ja`);
    expect(await language(tab)).toBe('ja');
    expect(await heading(tab)).not.toBe(english);
    await follow(tab.locator('nav.languages a[lang=en]'));
    expect(await heading(tab)).toBe(english);
    expect(await tab.locator('nav.languages a[aria-current=page]').innerText()).toBe(words.en.language);

    await tab.locator('summary').first().click();
    await expect.poll(() => tab.locator('details').first().getAttribute('open')).not.toBeNull();
    await look(tab, '10-action-en-long');
  });

  test('a waiting letter is taken back after a question, and the signer’s data erased after another', async () => {
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, {
      mode: 'hand',
      reason: 'The office asked for paper.',
    });
    const tab = await open(`${page}/ja`);
    expect(await tab.locator('form#sign button[type=submit]').innerText()).toBe(words.ja.form['submit-hand']);
    await look(tab, '11-action-by-hand');
    await tab.locator('#name').fill('人権 守');
    await tab.locator('#email').fill('mamoru@mail.example');
    await agree(tab);
    await follow(tab.locator('form#sign button[type=submit]'));
    await app.until({ for_hand: 1 });
    await tab.reload();
    expect(await state(tab)).toBe(words.ja.states.for_hand.name);
    await look(tab, '12-receipt-by-hand');
    const receipt = new URL(tab.url()).pathname;

    await follow(tab.locator(`a[href="${receipt}/withdraw"]`));
    expect(await heading(tab)).toBe(words.ja.withdraw.ask);
    await look(tab, '13-withdraw-question');
    await follow(tab.getByText(words.ja.withdraw.cancel, { exact: true }));
    await app.until({ for_hand: 1 });
    await follow(tab.locator(`a[href="${receipt}/withdraw"]`));
    await follow(tab.getByRole('button', { name: words.ja.withdraw.confirm, exact: true }));
    expect(await tab.locator('[role=status]').innerText()).toBe(words.ja.withdraw.done);
    expect(await state(tab)).toBe(words.ja.states.withdrawn.name);
    expect(await tab.locator(`a[href="${receipt}/withdraw"]`).count()).toBe(0);
    await look(tab, '14-withdrawn');
    await app.until({ withdrawn: 1 });

    await follow(tab.locator(`a[href="${receipt}/erase"]`));
    expect(await heading(tab)).toBe(words.ja.erase.ask);
    await look(tab, '15-erase-question');
    await follow(tab.getByRole('button', { name: words.ja.erase.confirm, exact: true }));
    expect(await tab.locator('main').innerText()).toContain(words.ja.receipt.erased);
    expect(await tab.locator(`a[href="${receipt}/erase"]`).count()).toBe(0);
    await look(tab, '16-erased');
    expect(await app.database.read.findOneByOrFail(signatureTable, {})).toMatchObject({ name: null, email: null });
    expect(app.embassy.received).toEqual([]);
  });

  test('what is not there is told in the reader’s language', async () => {
    const tab = await open('/receipts/0000000000000000vvvvvvvvvvvvvvvv');
    expect(await heading(tab)).toBe(words.ja.failures['no-receipt'].title);
    await look(tab, '17-no-receipt');
    await tab.goto(`${app.origin}/actions/nothing`);
    expect(await heading(tab)).toBe(words.ja.failures['not-found'].title);
  });

  test('the reference of the API is there to read', async () => {
    const tab = await open('/docs', 'en');
    expect(await heading(tab)).toContain('API');
    expect(await tab.locator('.operation .route').count()).toBeGreaterThan(10);
    await tab.locator('nav a').first().click();
    await expect.poll(() => new URL(tab.url()).hash).not.toBe('');
    await look(tab, '18-docs-narrow', false);
    await tab.setViewportSize({ width: 1280, height: 900 });
    await look(tab, '19-docs-wide', false);
    await tab.goto(`${app.origin}${page}/ja`);
    await look(tab, '20-action-wide');
  });
});
