/** The console in a real browser, in both languages and 360 pixels wide: signing in, people, my account. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { TOTP, Secret } from 'otpauth';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { inviteStaff } from '../../src/staff/change-staff.ts';
import { staffTable } from '../../src/staff/staff-table.ts';
import { expectAccessible, follow, look, openChromium, openTab, type TabOptions } from '../support/browser.ts';
import { aPassword, makeStaff, signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');
const languages = ['ja', 'en'] as const;

describe.skipIf(noChromium)('the console in a browser', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-console-'));
  let browser: Browser;
  let app: TestApp;

  beforeAll(async () => {
    [browser, app] = await Promise.all([openChromium(), startTestApp()]);
    process.stderr.write(`pictures of the console: ${pictures}\n`);
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  async function open(path: string, options: TabOptions = {}): Promise<Page> {
    const tab = await openTab(browser, app.origin, options);
    onTestFinished(tab.close);
    await tab.page.goto(app.origin + path);
    return tab.page;
  }

  async function check(page: Page, name: string): Promise<void> {
    await look(page, pictures, name);
    await expectAccessible(page, name);
  }

  const submit = (page: Page): Locator => page.locator('main form.panel button');

  test.each(languages)('somebody takes up an invitation and sets up a second factor (%s)', async (locale) => {
    const login = `mamoru-${locale}@office.example`;
    const { token, staffId } = await inviteStaff(app, 'cli', { login, name: '人権 守', role: 'admin' });
    const page = await open(`/console/invitation/${token}`, { locale });
    await check(page, `invitation-${locale}`);
    await page.locator('#password').fill('password1234');
    await page.locator('#again').fill('password1234');
    await follow(submit(page));
    expect(await page.locator('#password-error').count()).toBe(1);
    // Who cannot see the page hears the title first, and stands in the field that is wrong.
    expect(await page.title()).toContain(locale === 'ja' ? '入力をご確認ください' : 'Please correct');
    expect(await page.evaluate('document.activeElement.id')).toBe('password');
    await check(page, `invitation-weak-${locale}`);
    await page.locator('#password').fill(aPassword);
    await page.locator('#again').fill(aPassword);
    await follow(submit(page));
    expect(new URL(page.url()).pathname).toBe('/console/account');
    await check(page, `account-${locale}`);

    await follow(page.locator('a.button'));
    await check(page, `second-factor-${locale}`);
    const secret = await page.locator('input[name=secret]').inputValue();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await page.locator('#code').fill(totp.generate({ timestamp: app.clock.now() }));
    await page.locator('#current').fill(aPassword);
    await follow(submit(page));
    expect(await page.locator('.codes li').count()).toBe(10);
    await check(page, `recovery-codes-${locale}`);
    const recovery = await page.locator('.codes li').first().innerText();
    expect((await app.database.read.findOneByOrFail(staffTable, { id: staffId })).totpSecret).not.toContain(secret);

    await follow(page.locator('form[action="/console/sign-out"] button'));
    await check(page, `signed-out-${locale}`);
    await page.locator('#login').fill(login);
    await page.locator('#password').fill('not the right one');
    await follow(submit(page));
    await check(page, `sign-in-wrong-${locale}`);
    await page.locator('#password').fill(aPassword);
    await follow(submit(page));
    expect(new URL(page.url()).pathname).toBe('/console/sign-in/code');
    await check(page, `code-${locale}`);
    await page.locator('#code').fill(recovery);
    await follow(submit(page));
    expect(await page.locator('nav.menu').count()).toBe(1);
    await follow(page.locator('a[href="/console/account"]').first());
    await check(page, `account-with-factor-${locale}`);
  });

  test.each(languages)('an admin looks after people, and every page is right (%s)', async (locale) => {
    const me = await signedIn(app, 'admin', { language: locale });
    const other = await makeStaff(app, 'viewer', { name: 'Zoë Muster' });
    const page = await open('/console/people', { locale, session: me.token });
    await check(page, `people-${locale}`);
    await page.locator('#name').fill('Sam Sample');
    await page.locator('#login').fill(`sam-${locale}@office.example`);
    await page.locator('#role').selectOption('deliverer');
    await follow(submit(page));
    expect(await page.locator('.once code').innerText()).toContain('/console/invitation/');
    await check(page, `invitation-link-${locale}`);
    await page.goto(`${app.origin}/console/people/${other.id}`);
    await check(page, `person-${locale}`);
    await page.locator('#role').selectOption('campaigner');
    await follow(page.locator('form[action$="/role"] button'));
    expect(await page.locator('.notice.done').innerText()).toContain('Zoë Muster');
    await check(page, `person-changed-${locale}`);
    await page.goto(`${app.origin}/console/people/log`);
    await check(page, `log-${locale}`);
    await page.goto(`${app.origin}/console/nothing`);
    await check(page, `not-found-${locale}`);
  });

  test.each(languages)('the pages are right on a wide screen and on paper (%s)', async (locale) => {
    const me = await signedIn(app, 'admin', { language: locale });
    const page = await open(`/console/people/${me.staff.id}`, { locale, session: me.token, width: 1280 });
    await check(page, `person-wide-${locale}`);
    for (const name of ['people', 'account']) {
      await page.goto(`${app.origin}/console/${name}`);
      await check(page, `${name}-wide-${locale}`);
    }
    await page.goto(`${app.origin}/console/people/log`);
    await check(page, `log-wide-${locale}`);
    await page.emulateMedia({ media: 'print' });
    await look(page, pictures, `log-print-${locale}`);
  });

  test('a change made elsewhere shows without loading the page again, and signing out elsewhere ends it', async () => {
    const me = await signedIn(app, 'admin', { language: 'en' });
    const page = await open('/console/people', { locale: 'en', session: me.token });
    await page.locator('html[data-stream=open]').waitFor();
    await page.locator('#name').fill('still typed here');
    await inviteStaff(app, 'cli', { login: 'live@office.example', name: 'Live Sample', role: 'viewer' });
    await page.locator('#people').getByText('Live Sample').waitFor({ timeout: 15_000 });
    expect(await page.locator('#name').inputValue()).toBe('still typed here');
    await me.send('/console/account/sessions');
    await page.waitForURL(/sign-in/, { timeout: 15_000 });
  });

  test('without script the page works and has a link to look again', async () => {
    const me = await signedIn(app, 'admin', { language: 'ja' });
    const page = await open('/console/people', { script: false, session: me.token });
    await inviteStaff(app, 'cli', { login: 'later@office.example', name: 'Later Sample', role: 'viewer' });
    await follow(page.locator('.stale a'));
    await waitFor(
      () => page.locator('#people').innerText(),
      (text) => text.includes('Later Sample'),
      'the new account',
    );
    await look(page, pictures, 'people-without-script');
  });
});
