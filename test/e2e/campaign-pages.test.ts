/** The other pages of a campaign on the console, in both languages, 360 pixels wide and on a desk: history, settings, keys. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { expectAccessible, follow, look, openChromium, openTab } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, type TestApp } from '../support/start-app.ts';

const noChromium = needs('chromium', 'chromium');
const path = `/console/campaigns/${campaign}`;

describe.skipIf(noChromium)('the pages of a campaign', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-campaign-pages-'));
  let browser: Browser;
  let app: TestApp;

  beforeAll(async () => {
    const campaigns = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
    cpSync('campaigns', campaigns, { recursive: true });
    [browser, app] = await Promise.all([openChromium(), startTestApp({ env: { CAMPAIGNS_DIR: campaigns } })]);
    process.stderr.write(`pictures of the pages of a campaign: ${pictures}\n`);
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  async function check(page: Page, name: string): Promise<void> {
    await look(page, pictures, name);
    await expectAccessible(page, name);
  }

  test.each(['ja', 'en'] as const)('are right, and what was refused loses nothing (%s)', async (locale) => {
    const { token } = await signedIn(app, 'campaigner', { language: locale });
    const tab = await openTab(browser, app.origin, { locale, session: token });
    onTestFinished(tab.close);
    const { page } = tab;
    const open = (below: string): Promise<unknown> => page.goto(`${app.origin}${path}${below}`);
    const save = (): Promise<void> => follow(page.locator('main form.panel button').first());

    await open(`/texts/letter/${locale}`);
    await page.locator('#body').fill('{{nobody}}\n\n{{name}}');
    await save();
    expect(await page.locator('#body-error').count()).toBe(1);
    await check(page, `mistake-${locale}`);
    await page.locator('#body').fill(locale === 'ja' ? 'どうかやめてください。' : 'Please stop.');
    await page.locator('#note').fill(locale === 'ja' ? '短くしました' : 'Made shorter');
    await save();
    await open('/versions');
    await check(page, `history-${locale}`);
    await follow(page.locator('main table a').first());
    expect(await page.locator('.diff ins, .diff p.new').count()).toBeGreaterThan(0);
    await check(page, `difference-${locale}`);

    await open('/settings');
    await page.locator('#text').fill('languages: [ja');
    await save();
    expect(await page.locator('.mistakes li').count()).toBeGreaterThan(0);
    await check(page, `settings-mistake-${locale}`);
    for (const below of ['/period', `/texts/shared/${locale}`, '/duplicate', '/sources']) {
      await open(below);
      await check(page, `${below.slice(1).replaceAll('/', '-')}-${locale}`);
    }
    await page.locator('#name').fill('partner');
    await page.locator('#origin').fill('https://partner.example');
    await save();
    await check(page, `key-${locale}`);
    await page.setViewportSize({ width: 1280, height: 900 });
    for (const below of ['', '/versions', `/texts/page/${locale}`]) {
      await open(below);
      await look(page, pictures, `wide${below.replaceAll('/', '-')}-${locale}`);
    }
  });
});
