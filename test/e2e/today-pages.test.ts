/** *Today* and a campaign's road in Chromium, on a telephone and on a desk, in both languages: from calm to blocked. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { day, hour } from '../../src/clock.ts';
import { refusesByPolicy } from '../../src/embassy/personalities.ts';
import { expectAccessible, look, openChromium, openTab, type Tab } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, type TestApp } from '../support/start-app.ts';

const noChromium = needs('chromium', 'chromium');

describe.skipIf(noChromium)('the first page of the console', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-today-'));
  let browser: Browser;
  let app: TestApp;
  let calm: Record<'ja' | 'en', Tab>;

  const people = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => app.sign(from + n));

  async function pages(page: Page, name: string): Promise<void> {
    for (const [path, what] of [
      ['/console', 'today'],
      [`/console/campaigns/${campaign}`, 'campaign'],
    ] as const) {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(app.origin + path);
      await look(page, pictures, `${what}-${name}`);
      await expectAccessible(page, `${what}-${name}`);
      await page.setViewportSize({ width: 1200, height: 900 });
      await look(page, pictures, `${what}-${name}-wide`);
    }
  }

  async function tab(locale: 'ja' | 'en'): Promise<Tab> {
    const { token } = await signedIn(app, 'admin', { language: locale });
    return openTab(browser, app.origin, { locale, session: token });
  }

  beforeAll(async () => {
    [browser, app] = await Promise.all([openChromium(), startTestApp()]);
    process.stderr.write(`pictures of the first page: ${pictures}\n`);
    calm = { ja: await tab('ja'), en: await tab('en') };
  });
  afterAll(async () => {
    await browser.close();
    await app.auditGreen();
    await app.stop();
  });

  test('says that all is quiet, then that mail moves, then what is blocked, without being loaded again', async () => {
    onTestFinished(calm.ja.close);
    onTestFinished(calm.en.close);
    await pages(calm.ja.page, 'quiet-ja');
    await pages(calm.en.page, 'quiet-en');
    for (const { page } of Object.values(calm)) {
      await page.goto(`${app.origin}/console`);
      expect(await page.locator('.mail-now.quiet').count()).toBe(1);
    }

    for (let n = 0; n < 40; n += 5) {
      await Promise.all(people(n, n + 5));
      await app.until({ queued: 0, sending: 0 });
      app.clock.move(hour);
    }
    await calm.en.page.locator('.mail-now.moving').waitFor({ timeout: 15_000 });
    // Also to who does not see it.
    expect(await calm.en.page.locator('#said[role=status]').textContent()).toContain('Mail is moving');
    await pages(calm.ja.page, 'moving-ja');
    await pages(calm.en.page, 'moving-en');
    await calm.en.page.goto(`${app.origin}/console`);

    app.embassy.become(refusesByPolicy());
    await Promise.all(people(100, 125));
    await app.until({ for_hand: 25 });
    await calm.en.page.locator('.tasks .urgent').first().waitFor({ timeout: 15_000 });
    await calm.en.page.locator('.mail-now.by-hand').waitFor({ timeout: 15_000 });
    await pages(calm.ja.page, 'blocked-ja');
    await pages(calm.en.page, 'blocked-en');

    app.clock.move(4 * day);
    // Nobody stays signed in for four days.
    const later = await tab('en');
    onTestFinished(later.close);
    await pages(later.page, 'later-en');
  });
});
