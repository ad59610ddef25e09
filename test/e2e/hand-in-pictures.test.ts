/** What a signer sees while her petition is carried, as pictures; `npm run pictures` puts them into docs/pictures. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { day } from '../../src/clock.ts';
import { nameProofSchema, proofShows } from '../../src/petitions/prove-name.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');

describe.skipIf(noChromium)('while a petition is carried,', () => {
  const others = mkdtempSync(join(tmpdir(), 'todoke-hand-in-'));
  const pictures = process.env['TEST_PICTURES'] ?? others;
  let browser: Browser;
  let app: TestApp;
  let words: Record<string, Words>;
  let petition: { id: string; serial: string };
  const receipts: Record<string, string> = {};

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    words = await loadWords(wordsFolder);
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
    app = await startTestApp();
    const channel = { mode: 'hand', reason: 'Mail is refused at the gate.' };
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, channel);
    for (let n = 1; n <= 12; n += 1) {
      const { body } = await app.sign(n, n < 11 ? {} : { name: n === 11 ? 'Sam Sample' : '人権 守' });
      if (n === 11) receipts['en'] = body.receipt_url;
      if (n === 12) receipts['ja'] = body.receipt_url;
    }
    await app.until({ for_hand: 12 });
    app.clock.move(day);
    petition = (await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target })).body;
    await waitFor(
      async () => (await app.call('GET', `/v1/petitions/${petition.id}`)).body.files_ready,
      (isReady) => isReady,
      'its files',
    );
  });
  afterAll(async () => {
    await browser.close();
    await app.auditGreen();
    await app.stop();
  });

  async function look(language: string, name: string, width = 360): Promise<Page> {
    const viewport = { width, height: 740 };
    const context = await browser.newContext({ javaScriptEnabled: false, viewport, locale: language });
    const tab = await context.newPage();
    await tab.goto(receipts[language] ?? '');
    for (const details of await tab.locator('details.proof').all()) await details.locator('summary').click();
    await tab.locator('section.letter').screenshot({ path: join(width > 360 ? others : pictures, `${name}.png`) });
    expect(await tab.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(width);
    return tab;
  }

  const record = async (outcome: string) => {
    app.clock.move(2 * day);
    const report = { outcome, at: new Date(app.clock.now()).toISOString(), place: 'the gate of the embassy' };
    expect((await app.call('POST', `/v1/petitions/${petition.id}/hand-ins`, report)).status).toBe(201);
  };

  test('her page tells each try, and when it was received; her proof shows her name', async () => {
    await record('refused');
    await record('posted');
    for (const language of ['ja', 'en']) {
      const tab = await look(language, `hand-in-posted-${language}`);
      expect(await tab.locator('.state').innerText()).toBe(words[language]?.tries.posted.name);
      await tab.context().close();
    }
    await record('accepted');
    await app.until({ handed_in: 12 });
    for (const language of ['ja', 'en']) {
      for (const [suffix, width] of [
        ['', 360],
        ['-wide', 1100],
      ] as const) {
        const tab = await look(language, `hand-in-proof-${language}${suffix}`, width);
        expect(await tab.locator('.state').innerText()).toBe(words[language]?.states.handed_in.name);
        await tab.context().close();
      }
    }
    // A member of the public follows the link, and checks what she gets with her name.
    const page = await (await fetch(receipts['ja'] ?? '')).text();
    const [, link = ''] = /href="([^"]+proof-[^"]+\.json)"/.exec(page) ?? [];
    const proof = nameProofSchema.parse(await (await fetch(app.origin + link)).json());
    expect(proofShows(proof, '人権 守')).toBe(true);
    expect(proof).toMatchObject({ petition: petition.serial, number: 12, of: 12 });
  });
});
