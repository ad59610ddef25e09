/** The public pages in a real browser with script: what it adds, and that everybody can use them in any size. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { hour } from '../../src/clock.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { expectAccessible, openChromium } from '../support/browser.ts';
import { needs } from '../support/needs.ts';
import { drawing, sampleCampaignWith } from '../support/sample-campaign.ts';
import { campaign, startTestApp, type TestApp } from '../support/start-app.ts';

const noChromium = needs('chromium', 'chromium');
const phone = { width: 360, height: 740 };
const desk = { width: 1280, height: 900 };
const page = `/actions/${campaign}`;
const alert = '<img src=x onerror="document.title=\'hacked\'"><script>document.title="hacked"</script>';

describe.skipIf(noChromium)('in a browser', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-script-'));
  let browser: Browser;
  let words: Record<'ja' | 'en', Words>;
  let app: TestApp;

  beforeAll(async () => {
    const { ja, en } = await loadWords(wordsFolder);
    if (!ja || !en) throw new Error('the words of the pages are missing');
    words = { ja, en };
    browser = await openChromium();
    process.stderr.write(`pictures of the pages: ${pictures}\n`);
    app = await startTestApp();
  });
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
    await browser.close();
  });

  /** A tab that fails the test when the page complains, asks elsewhere, or is refused anything by its policy. */
  async function open(address: string, size = phone, script = true): Promise<Page> {
    const context = await browser.newContext({ viewport: size, javaScriptEnabled: script });
    const complaints: string[] = [];
    context.on('console', (message) => {
      if (!message.text().startsWith('Failed to load resource: the server responded with a status of 4'))
        complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== app.origin && url.protocol !== 'data:') complaints.push(`asked for ${url.href}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    const tab = await context.newPage();
    await tab.goto(address.startsWith('/') ? app.origin + address : address);
    return tab;
  }

  async function look(tab: Page, name: string): Promise<void> {
    await tab.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    expect(await tab.evaluate('document.documentElement.scrollWidth'), `${name} is too wide`).toBeLessThanOrEqual(
      tab.viewportSize()?.width ?? 0,
    );
  }

  async function fill(tab: Page, changes: Record<string, string> = {}): Promise<void> {
    for (const [name, value] of Object.entries({ name: '人権 守', email: 'mamoru@mail.example', ...changes }))
      await tab.locator(`#${name}`).fill(value);
    await tab.locator('#consent_send').check();
    await tab.locator('#consent_hand-over').check();
  }
  const send = (tab: Page): Promise<unknown> =>
    Promise.all([tab.waitForEvent('load'), tab.locator('form#sign button[type=submit]').click()]);
  const heading = (tab: Page): Promise<string> => tab.locator('h1').innerText();

  test('the letter follows what is typed, on a phone, in Japanese', async () => {
    const tab = await open(`${page}/ja`);
    const slot = tab.locator('[data-shows=name]').first();
    expect(await slot.innerText()).toBe(words.ja.action['your-name']);
    await fill(tab, { message: `私の言葉です。\n${alert}` });
    expect(await slot.innerText()).toBe('人権 守');
    expect(await tab.locator('[data-shows=message]').innerText()).toBe(`私の言葉です。\n${alert}`);
    await look(tab, 'letter-filled-ja-360');
    await tab.locator('#name').fill('  ');
    expect(await slot.innerText()).toBe(words.ja.action['your-name']);
    await tab.locator('#name').fill('人権 守');
    await send(tab);
    expect(await heading(tab)).toBe(words.ja.thanks.title);
    expect(new URL(tab.url()).search).toBe('');
    expect(await tab.title()).not.toBe('hacked');
    expect(await app.database.read.findOneBy(signatureTable, { email: 'mamoru@mail.example' })).toMatchObject({
      name: '人権 守',
      source: 'page',
      message: `私の言葉です。\n${alert}`,
    });
  });

  test.each([
    ['ja', '360', phone],
    ['en', '360', phone],
    ['ja', '1280', desk],
    ['en', '1280', desk],
  ] as const)('nobody is shut out: axe finds nothing on a page in %s, %s pixels wide', async (language, name, size) => {
    const tab = await open(`/?language=${language}`, size);
    const check = async (what: string): Promise<void> => {
      await expectAccessible(tab, what);
      await look(tab, `${what}-${language}-${name}`);
    };
    await check('home');
    await tab.goto(`${app.origin}${page}/${language}`);
    await check('action');
    await tab.locator('#email').fill('nobody');
    await send(tab);
    expect(await tab.evaluate('document.activeElement.className')).toBe('summary');
    await check('mistakes');
    const signed = await app.sign(20 + (language === 'ja' ? 0 : 1), { language });
    await tab.goto(signed.body.receipt_url);
    await check('receipt');
    await tab.goto(`${signed.body.receipt_url}/erase`);
    await check('question');
    await tab.goto(`${app.origin}${page}/nothing`);
    await check('missing');
  });

  test('axe finds nothing on the reference of the API', async () => {
    await expectAccessible(await open('/docs', desk), 'the reference');
  });

  test('the form is filled and sent by keyboard alone', async () => {
    const tab = await open(`${page}/en`, desk);
    await tab.keyboard.press('Tab');
    expect(await tab.evaluate('document.activeElement.className')).toBe('skip');
    const reached: string[] = [];
    for (let n = 0; n < 60 && reached.at(-1) !== 'BUTTON'; n += 1) {
      await tab.keyboard.press('Tab');
      const id = String(await tab.evaluate('document.activeElement.id || document.activeElement.tagName'));
      reached.push(id);
      if (id === 'name') await tab.keyboard.type('Mamoru Jinken');
      if (id === 'email') await tab.keyboard.type('keys@mail.example');
      if (id === 'consent_send' || id === 'consent_hand-over') await tab.keyboard.press('Space');
    }
    // The field for machines is no stop on the way.
    expect(reached).not.toContain('extra_words');
    expect(reached.filter((id) => /^(name|email|phone|message|consent_.*|BUTTON)$/.test(id))).toEqual([
      'name',
      'email',
      'phone',
      'message',
      'consent_send',
      'consent_hand-over',
      'consent_contact',
      'BUTTON',
    ]);
    await Promise.all([tab.waitForEvent('load'), tab.keyboard.press('Enter')]);
    expect(await heading(tab)).toBe(words.en.thanks.title);
  });

  test.each(['ja', 'en'])('the whole page in %s is lighter than 60 KB, with style and script', async (language) => {
    const context = await browser.newContext({ viewport: phone });
    onTestFinished(() => context.close());
    const tab = await context.newPage();
    const session = await context.newCDPSession(tab);
    await session.send('Network.enable');
    let bytes = 0;
    let files = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
      files += 1;
    });
    await tab.goto(`${app.origin}${page}/${language}`, { waitUntil: 'networkidle' });
    expect(files).toBeGreaterThanOrEqual(3);
    expect(bytes).toBeLessThan(60_000);
    const script = await (await fetch(`${app.origin}/assets/preview.js`)).text();
    expect(Buffer.byteLength(script)).toBeLessThan(2_000);
  });

  test('a campaign under a flood is signed with work by the browser, and with a sum where no script runs', async () => {
    const theme = { colors: { accent: '#05546b', paper: '#f4f8fa' }, logo: 'logo.svg' };
    const hard = sampleCampaignWith({ protection: { proofOfWork: 'light' }, theme }, { 'logo.svg': drawing });
    const other = await startTestApp({ env: { CAMPAIGNS_DIR: hard } });
    onTestFinished(() => other.stop());
    for (const script of [true, false]) {
      const context = await browser.newContext({ viewport: phone, javaScriptEnabled: script, locale: 'ja' });
      onTestFinished(() => context.close());
      const tab = await context.newPage();
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      await tab.goto(`${other.origin}${page}/ja`);
      expect(await tab.locator('#question').isVisible()).toBe(!script);
      await fill(tab, { email: `pow-${script}@mail.example` });
      if (!script) {
        const question = (await tab.locator('label[for=answer]').innerText()).match(/\d/g) ?? [];
        await tab.locator('#answer').fill(String(question.map(Number).reduce((sum, n) => sum + n, 0)));
      }
      await tab.screenshot({ path: join(pictures, `theme-work-${script}.png`), fullPage: true });
      await Promise.all([tab.waitForURL(/\/receipts\//), tab.locator('form#sign button[type=submit]').click()]);
      expect(await heading(tab)).toBe(words.ja.thanks.title);
      expect(complaints).toEqual([]);
    }
    expect(await other.database.read.count(signatureTable)).toBe(2);
  });

  test('on paper the letter and the receipt are there, and the form is not', async () => {
    const tab = await open(`${page}/ja`, desk);
    await tab.emulateMedia({ media: 'print' });
    expect(await tab.locator('form#sign').isVisible()).toBe(false);
    expect(await tab.locator('#letter').isVisible()).toBe(true);
    await tab.pdf({ path: join(pictures, 'action-ja.pdf'), format: 'A4' });
    await tab.goto((await app.sign(9)).body.receipt_url);
    expect(await tab.locator('.road').isVisible()).toBe(true);
    await tab.pdf({ path: join(pictures, 'receipt-en.pdf'), format: 'A4' });
  });

  test('what the receipt gives is the holder’s: the file comes once the letter has left', async () => {
    const signed = await app.sign(11);
    await app.until({ queued: 0, sending: 0 });
    app.clock.move(hour);
    const tab = await open(signed.body.receipt_url);
    const [download] = await Promise.all([
      tab.waitForEvent('download'),
      tab.getByText(words.en.data.download, { exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('todoke-data.json');
  });
});
