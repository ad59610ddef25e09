/** The whole promise in a browser: two people sign, the embassy blocks, staff see it, carry the names, and the signer reads so. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { hour } from '../../src/clock.ts';
import { refusesByPolicy } from '../../src/embassy/personalities.ts';
import { expectAccessible, follow, look, openChromium, openTab, type TabOptions } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noPrograms = [needs('chromium', 'chromium'), needs('pdftotext', 'poppler-utils')].some(Boolean);

describe.skipIf(noPrograms)('the whole journey in a browser', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-journey-'));
  const docs = process.env['TEST_PICTURES'];
  let browser: Browser;
  let app: TestApp;
  let words: Record<string, Words>;

  beforeAll(async () => {
    words = await loadWords(wordsFolder);
    [browser, app] = await Promise.all([openChromium(), startTestApp()]);
    process.stderr.write(`pictures of the whole journey: ${pictures}\n`);
  });
  afterAll(async () => {
    await browser.close();
    await app.auditGreen();
    await app.stop();
  });

  async function open(path: string, options: TabOptions): Promise<Page> {
    const tab = await openTab(browser, app.origin, options);
    onTestFinished(tab.close);
    await tab.page.goto(app.origin + path);
    return tab.page;
  }
  async function check(page: Page, name: string, published?: string): Promise<void> {
    await look(page, pictures, name);
    if (published !== undefined && docs !== undefined) await look(page, docs, published);
    await expectAccessible(page, name);
    await page.emulateMedia({ media: 'print' });
    await look(page, pictures, `${name}-printed`);
    await page.emulateMedia({ media: 'screen' });
  }
  async function sign(page: Page, name: string, email: string): Promise<void> {
    await page.locator('#name').fill(name);
    await page.locator('#email').fill(email);
    for (const consent of await page.locator('input[id^="consent_"][required]').all()) await consent.check();
    await follow(page.locator('form#sign button[type=submit]'));
  }
  const state = (page: Page): Promise<string> => page.locator('.state').innerText();

  test('from two signatures to the door of the embassy', async () => {
    // On a telephone, in Japanese.
    const phone = await open(`/actions/${campaign}`, { locale: 'ja' });
    await check(phone, '1-action-ja');
    await sign(phone, '人権 守', 'mamoru@mail.example');
    await check(phone, '2-thanks-ja');
    const [letter] = await waitFor(
      () => app.embassy.received,
      (mails) => mails.length === 1,
      'the letter at the embassy',
    );
    const mail = await PostalMime.parse(letter?.raw ?? '');
    expect(mail.replyTo?.[0]).toMatchObject({ name: '人権 守', address: 'mamoru@mail.example' });
    expect(mail.text).toContain('人権 守');
    await app.until({ accepted: 1 });

    // Staff have the first page open.
    const { token } = await signedIn(app, 'deliverer', { language: 'en', name: 'Mamoru Jinken' });
    const desk = await open('/console', { locale: 'en', width: 1200, session: token });
    expect(await desk.locator('.mail-now.moving').count()).toBe(1);
    await check(desk, '3-today-before');

    // The embassy begins to refuse, and somebody signs in English without script.
    app.embassy.become(refusesByPolicy());
    app.clock.move(hour);
    for (let n = 1; n <= 12; n += 1) expect((await app.sign(n)).status).toBe(202);
    expect((await app.sign(13, { name: 'Nobody At All' })).status).toBe(202);
    const plain = await open(`/actions/${campaign}/en`, { locale: 'en', script: false });
    await sign(plain, 'Sam Sample', 'sam@post.example');
    await look(plain, pictures, '4-thanks-en');
    const receipt = plain.url();
    await app.until({ for_hand: 14 });

    // What staff see without loading the page again, and why.
    await desk.locator('.mail-now.by-hand').waitFor({ timeout: 20_000 });
    const task = desk.locator('.tasks .urgent', { has: desk.locator(`a[href="/console/targets/${target}"]`) }).first();
    await task.waitFor();
    await check(desk, '5-today-blocked', 'console-today');
    await follow(task.locator('a'));
    const evidence = await desk.locator('main').innerText();
    expect(evidence).toMatch(/55[04] /);
    await check(desk, '6-evidence', 'console-evidence');

    // A name that is none is left out; the others are compiled.
    await desk.goto(`${app.origin}/console/petitions/waiting/${target}`);
    const row = desk.locator('.names > li', { hasText: 'Nobody At All' });
    await row.locator('summary').click();
    await row.locator('input[name=reason]').fill('This is no name.');
    await check(desk, '7-weed-list');
    await follow(row.locator('button'));
    await desk.locator('main form[action$="/compile"] button').click();
    const pdf = desk.locator('a[href$="/volumes/1.pdf"]');
    // The files come by themselves.
    await pdf.waitFor({ timeout: 60_000 });
    await check(desk, '8-petition');
    const [download] = await Promise.all([desk.waitForEvent('download'), pdf.click()]);
    expect(download.suggestedFilename()).toMatch(/^petition-2020-0001-volume-1\.pdf$/);
    const file = join(pictures, 'volume.pdf');
    await download.saveAs(file);
    const printed = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
    expect(printed).toContain('Sam Sample');
    expect(printed).not.toContain('Nobody At All');
    expect(printed).not.toContain('@');

    // It is carried to the door.
    app.clock.move(hour);
    await follow(desk.locator('a[href$="/hand-in"]'));
    await desk.locator('#outcome').selectOption('accepted-in-meeting');
    await desk.locator('#place').fill('the gate of the embassy');
    await desk.locator('#carrier').fill('Mamoru Jinken');
    await desk.locator('#reference').fill('R-17');
    await check(desk, '9-hand-in');
    await follow(desk.locator('main form.panel button').last());
    await app.until({ handed_in: 13, for_hand: 1 });
    await desk.reload();
    await check(desk, '10-handed-in');

    // And the signer reads it.
    await plain.goto(receipt);
    expect(await state(plain)).toBe(words['en']?.states.handed_in.name);
    await look(plain, pictures, '11-receipt-en');
    await phone.reload();
    expect(await state(phone)).toBe(words['ja']?.states.accepted.name);
    await check(phone, '12-receipt-ja');
  });
});
