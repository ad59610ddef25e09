/** Chromium for a test: tabs that fail the test when a page complains, asks another host, or is wider than its screen. */
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

export async function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'].concat([
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ]),
  });
}

export interface Tab {
  page: Page;
  context: BrowserContext;
  /** Closes the tab and fails when anything was complained of. */
  close(): Promise<void>;
}

export interface TabOptions {
  locale?: 'ja' | 'en';
  script?: boolean;
  width?: number;
  /** Value of the session cookie. */
  session?: string;
}

/** A tab of a reader's own, 360 pixels wide unless it is said. */
export async function openTab(browser: Browser, origin: string, options: TabOptions = {}): Promise<Tab> {
  const { locale = 'ja', script = true, width = 360, session } = options;
  const context = await browser.newContext({ javaScriptEnabled: script, viewport: { width, height: 740 }, locale });
  if (session !== undefined) await context.addCookies([{ name: 'todoke-session', value: session, url: origin }]);
  const complaints: string[] = [];
  await context.route(
    (url) => url.origin !== origin && url.protocol !== 'data:',
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
  });
  return {
    page: await context.newPage(),
    context,
    async close() {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
}

/** Takes a picture, and fails when a reader would have to scroll sideways. */
export async function look(page: Page, folder: string, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await expectFitting(page, name);
}

async function expectFitting(page: Page, name: string): Promise<void> {
  const width = await page.evaluate('document.documentElement.scrollWidth');
  expect(width, `${name} is wider than the screen`).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

/** Clicks what leads to another page, and waits until that page is there: the old one answers until then. */
export async function follow(link: Locator): Promise<void> {
  await Promise.all([link.page().waitForEvent('load'), link.click()]);
}

/** A page of the console on a telephone with axe, on a desk and on paper; `wide` takes pictures of the latter two as well. */
export async function lookEverywhere(
  page: Page,
  name: string,
  { pictures, wide }: { pictures: string; wide: boolean },
): Promise<void> {
  const fits = async (as: string): Promise<void> => (wide ? look(page, pictures, as) : expectFitting(page, as));
  await page.setViewportSize({ width: 360, height: 740 });
  await look(page, pictures, name);
  await expectAccessible(page, name);
  await page.setViewportSize({ width: 1200, height: 800 });
  await fits(`${name}-wide`);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 720, height: 1000 });
  await fits(`${name}-print`);
  const notForPaper = '.menu:visible, main form:visible, main summary:visible, main .button:visible';
  expect(await page.locator(notForPaper).count(), name).toBe(0);
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 360, height: 740 });
}

/** Fails with what axe finds wrong (WCAG 2.2 A and AA, and its best practices). Runs beside the page's policy. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`,
  )) as string[];
  expect(found, `axe on ${name}`).toEqual([]);
}
