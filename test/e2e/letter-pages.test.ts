/** The pages about letters, in both languages, 360 pixels wide and on a desk: looked for, shown, opened, moved by hand. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { day, minute } from '../../src/clock.ts';
import { bouncesLater } from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { follow, look, lookEverywhere, openChromium, openTab } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');
const wanted = process.env['TEST_PICTURES'];

/** A long word of a server, and mark-up. */
const refuses: Personality = {
  name: 'refuses with many words',
  answer: ({ stage }) =>
    stage === 'rcpt'
      ? {
          say: `550 5.7.1 <b>Message</b> of <zoe.mit.einem.langen.namen@private-domain.example> rejected: the recipient has blocked mail of this campaign, see https://gateway.example/codes/${'x1'.repeat(40)}`,
        }
      : undefined,
};

describe.skipIf(noChromium)('the pages about letters', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-letter-pages-'));
  let browser: Browser;
  let app: TestApp;
  /** By what happened to it. */
  const ids: Record<string, string> = {};

  const letterOf = async (signatureId: string) => app.database.read.findOneByOrFail(letterTable, { signatureId });
  async function sign(n: number, changes: Record<string, unknown> = {}): Promise<string> {
    const { body } = await app.sign(n, changes);
    return (await letterOf(body.id)).id;
  }
  const until = (id: string, state: string) =>
    waitFor(
      () => app.database.read.findOneByOrFail(letterTable, { id }),
      (letter) => letter.state === state,
      state,
    );

  beforeAll(async () => {
    [browser, app] = await Promise.all([openChromium(), startTestApp()]);
    process.stderr.write(`pictures of the pages about letters: ${pictures}\n`);
    ids['accepted'] = await sign(1);
    await until(ids['accepted'], 'accepted');
    app.embassy.become(bouncesLater());
    ids['returned'] = await sign(9);
    await until(ids['returned'], 'for_hand');
    app.embassy.become(refuses);
    const words = { name: '<b>Zoë</b> 守', email: 'zoe@private-domain.example', message: 'どうか、\nやめてください。' };
    ids['refused'] = await sign(2, words);
    await until(ids['refused'], 'for_hand');
    app.embassy.become({ name: 'takes all' });
    app.clock.move(40 * minute);
    const channel = { mode: 'hand', reason: 'Mail is refused at the gate.' };
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, channel);
    ids['shut'] = await sign(3);
    await until(ids['shut'], 'for_hand');
    app.clock.move(day);
    await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
    await until(ids['shut'], 'petitioned');
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, { ...channel, mode: 'mail' });
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/pause`, { reason: 'to look at letters' });
    ids['queued'] = await sign(4);
    ids['moved'] = await sign(5);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await app.auditGreen();
    await app.stop();
  });

  /** The pictures of a desk and of paper are only for whoever wants pictures. */
  const check = (page: Page, name: string): Promise<void> =>
    lookEverywhere(page, name, { pictures: pictures, wide: wanted !== undefined });

  test.each(['ja', 'en'] as const)(
    'are right in every state, and what is done by hand is told (%s)',
    async (locale) => {
      const { token } = await signedIn(app, 'admin', { language: locale });
      const tab = await openTab(browser, app.origin, { locale, session: token });
      onTestFinished(tab.close);
      const { page } = tab;
      const find = async (what: string): Promise<void> => {
        await page.goto(`${app.origin}/console/letters`);
        await page.locator('#what').fill(what);
        await follow(page.locator('main form.panel button'));
      };

      await page.goto(`${app.origin}/console/letters`);
      await check(page, `search-${locale}`);
      await find('nobody@private-domain.example');
      expect(await page.locator('#what-error').count()).toBe(1);
      expect(await page.locator('#what').inputValue()).toBe('');
      await check(page, `nothing-${locale}`);
      await find('zoe@private-domain.example');
      expect(page.url()).toBe(`${app.origin}/console/letters/${ids['refused']}`);
      await check(page, `refused-${locale}`);
      await follow(page.locator('main form button.quiet'));
      expect(await page.locator('#signer').innerText()).toContain('<b>Zoë</b> 守');
      await check(page, `opened-${locale}`);

      for (const what of ['accepted', 'returned', 'shut', 'queued'] as const) {
        await page.goto(`${app.origin}/console/letters/${ids[what]}`);
        await check(page, `${what}-${locale}`);
      }
      await page.locator('details.by-hand summary').first().click();
      await check(page, `by-hand-${locale}`);

      // There and back, so that the other language finds it as it was.
      await page.goto(`${app.origin}/console/letters/${ids['moved']}`);
      for (const wish of ['paper', 'mail']) {
        const form = page.locator('details.by-hand', { has: page.locator(`[value="${wish}"]`) });
        await form.locator('summary').click();
        await page
          .locator(`#reason-${wish}`)
          .fill(locale === 'ja' ? '大使館から依頼がありました' : 'The embassy asked for it');
        await follow(form.locator('button'));
        expect(await page.locator('.notice.done').count()).toBe(1);
        await check(page, `moved-${wish}-${locale}`);
      }
    },
  );

  test('are looked at by a viewer without anything that names a signer', async () => {
    const { token } = await signedIn(app, 'viewer', { language: 'en' });
    const tab = await openTab(browser, app.origin, { locale: 'en', session: token, script: false });
    onTestFinished(tab.close);
    await tab.page.goto(`${app.origin}/console/letters/${ids['refused']}`);
    expect(await tab.page.locator('main').innerText()).not.toMatch(/zoe|private-domain/i);
    expect(await tab.page.locator('main form').count()).toBe(0);
    await look(tab.page, pictures, 'viewer');
  });
});
