/** docs/first-campaign.md, followed to the letter: from an empty folder to a letter in the simulated embassy, on the console alone. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConsoleWords } from '../../src/web/console/page-words.ts';
import { campaignWords } from '../../src/web/console/campaigns/campaign-words.ts';
import { expectAccessible, follow, look, openChromium, openTab } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');
const wordsOf = loadConsoleWords([campaignWords]);

describe.skipIf(noChromium)('a first campaign', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-first-campaign-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
    process.stderr.write(`pictures of a first campaign: ${pictures}\n`);
  });
  afterAll(() => browser.close());

  /** A picture of docs/first-campaign.md, made anew by `npm run pictures`. */
  async function picture(page: Page, name: string): Promise<void> {
    const width = page.viewportSize()?.width ?? 360;
    await page.setViewportSize({ width: 1024, height: 720 });
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(process.env['TEST_PICTURES'] ?? pictures, `first-campaign-${name}.png`) });
    await page.setViewportSize({ width, height: 740 });
  }

  /** An installation without a campaign, and somebody signed in to its console. */
  async function start(
    locale: 'ja' | 'en',
    script: boolean,
  ): Promise<{ app: TestApp; page: Page; campaigns: string; login: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-empty-'));
    const campaigns = join(folder, 'campaigns');
    mkdirSync(campaigns);
    const app = await startTestApp({ env: { CAMPAIGNS_DIR: campaigns, CAMPAIGNS_EVERY: '50ms' } });
    const login = 'mamoru@office.example';
    const { token } = await signedIn(app, 'campaigner', { login, language: locale });
    const tab = await openTab(browser, app.origin, { locale, script, session: token });
    onTestFinished(async () => {
      await tab.close();
      await app.auditGreen();
      await app.stop();
    });
    return { app, page: tab.page, campaigns, login };
  }

  const submit = (page: Page): Promise<void> =>
    follow(page.locator('main form.panel button:not([formaction])').first());

  test.each([
    ['en', false],
    ['ja', true],
  ] as const)('comes from nothing to its first letter (%s, script: %s)', async (locale, script) => {
    const { app, page, campaigns, login } = await start(locale, script);
    const words = wordsOf(campaignWords, locale);
    const shot = async (name: string): Promise<void> => {
      await look(page, pictures, `${name}-${locale}`);
      // axe is a script itself.
      if (script) await expectAccessible(page, `${name}-${locale}`);
    };
    const fill = async (fields: Record<string, string>): Promise<void> => {
      for (const [id, value] of Object.entries(fields)) await page.locator(`[id="${id}"]`).fill(value);
    };

    // 1. The wizard.
    await page.goto(`${app.origin}/console/campaigns`);
    await shot('01-empty');
    await follow(page.getByRole('link', { name: words.new }));
    await fill({ slug: 'Clean Water' });
    await submit(page);
    expect(await page.locator('#slug-error').innerText()).toBe(words.wizard['slug-shape']);
    expect(await page.locator('#languages-error').innerText()).toBe(words.wizard['languages-none']);
    await shot('02-wizard-mistakes');
    await page.locator('[id="language.ja"]').check();
    await page.locator('[id="language.en"]').check();
    await fill({
      slug: 'clean-water',
      'title.ja': '川の水を守ってください',
      'title.en': 'Clean water for the river towns',
      'organisation.ja': '人権デスク',
      'organisation.en': 'Human Rights Desk',
      'privacy.ja': 'https://example.org/ja/privacy',
      'privacy.en': 'https://example.org/en/privacy',
    });
    await shot('03-wizard-basics');
    await submit(page);
    await fill({
      'name.ja': '環境大臣',
      'name.en': 'Minister of the Environment',
      'salutation.ja': '大臣殿',
      'salutation.en': 'Dear Minister,',
      mailbox: 'office@ministry.example',
    });
    await shot('04-wizard-target');
    if (locale === 'en') await picture(page, 'wizard');
    await submit(page);
    await fill({ from: '2020-06-15', to: '2020-08-31' });
    await shot('05-wizard-period');
    await submit(page);
    await fill({ sender: 'letters@human-rights-desk.example' });
    await shot('06-wizard-sender');
    // Going back loses nothing.
    await follow(page.locator('button[name=go]'));
    expect(await page.locator('#to').inputValue()).toBe('2020-08-31');
    await submit(page);
    await submit(page);

    // 2. The check list says what is missing.
    expect(new URL(page.url()).pathname).toBe('/console/campaigns/clean-water');
    expect(await page.locator('.notice.done').innerText()).toBe(words.wizard.created);
    expect(readdirSync(join(campaigns, 'clean-water'))).toHaveLength(7);
    expect((await fetch(`${app.origin}/actions/clean-water/en`)).status).toBe(404);
    expect(await page.locator('form[action$="/open"] button').isDisabled()).toBe(true);
    await shot('07-draft');
    if (locale === 'en') await picture(page, 'draft');

    // 3. The texts, each with its preview.
    for (const [kind, language] of [
      ['letter', 'en'],
      ['letter', 'ja'],
      ['page', 'en'],
      ['page', 'ja'],
      ['petition', 'en'],
      ['petition', 'ja'],
    ]) {
      await page.goto(`${app.origin}/console/campaigns/clean-water/texts/${kind}/${language}`);
      for (const field of ['subject', 'title', 'short', 'long', 'body']) {
        const place = page.locator(`[id="${field}"]`);
        if ((await place.count()) === 0) continue;
        const text = await place.inputValue();
        const written = text.replaceAll(
          /\[\[[^\]]*\]\]/g,
          language === 'ja' ? '川の水を調べてください。' : 'Please test the water.',
        );
        if (written !== text) await place.fill(written);
      }
      const frame = page.frameLocator('iframe[name=preview]');
      if (!script) await page.locator('[data-preview-button]').click();
      const written = language === 'ja' ? '川の水を調べてください。' : 'Please test the water.';
      await waitFor(
        () => frame.locator('body').innerText(),
        (text) => text.includes(written) && !text.includes('[['),
        'the preview of what was typed',
      );
      await shot(`08-${kind}-${language}`);
      if (kind === 'letter' && language === locale) {
        if (locale === 'en') await picture(page, 'letter');
        await page.setViewportSize({ width: 1280, height: 900 });
        await look(page, pictures, `09-editor-${locale}`);
        await page.locator('#phone').check();
        await look(page, pictures, `09-editor-phone-${locale}`);
        await page.setViewportSize({ width: 360, height: 740 });
      }
      await submit(page);
      expect(await page.locator('.notice.done').innerText()).toBe(words.editor.saved);
    }

    // 4. A letter to oneself.
    await page.goto(`${app.origin}/console/campaigns/clean-water`);
    await shot('10-ready');
    await follow(page.locator('form[action$="/test"] button'));
    await waitFor(
      () => app.embassy.received.length,
      (n) => n === 1,
      'the test letter',
    );
    const trial = app.embassy.received[0];
    expect(trial?.envelope.to).toEqual([login]);
    expect((await PostalMime.parse(trial?.raw ?? '')).subject).toContain(words.test.mark);

    // 5. Opening.
    await page.goto(`${app.origin}/console/campaigns/clean-water`);
    await follow(page.locator('form[action$="/open"] button'));
    expect(await page.locator('.notice.done').innerText()).toBe(words.period.opened);
    await shot('11-open');
    if (locale === 'en') await picture(page, 'open');

    // 6. The first letter.
    await page.goto(`${app.origin}/actions/clean-water/${locale}`);
    await look(page, pictures, `12-public-${locale}`);
    await page.locator('#name').fill('人権 守');
    await page.locator('#email').fill('mamoru@mail.example');
    await page.locator('#consent_send').check();
    await page.locator('#consent_hand-over').check();
    await follow(page.locator('form#sign button[type=submit]'));
    await app.until({ accepted: 1 });
    const letter = app.embassy.received[1];
    expect(letter?.envelope.to).toEqual(['office@ministry.example']);
    const mail = await PostalMime.parse(letter?.raw ?? '');
    expect(mail.subject).not.toContain(words.test.mark);
    expect(mail.text).toContain(locale === 'ja' ? '川の水を調べてください。' : 'Please test the water.');
    expect(mail.replyTo).toEqual([{ name: '人権 守', address: 'mamoru@mail.example' }]);

    await page.goto(`${app.origin}/console/campaigns`);
    await shot('13-list');
    expect(readFileSync(join(campaigns, 'clean-water', 'campaign.yaml'), 'utf8')).not.toContain('draft');
  });
});
