/** A campaign's form in the pages of another site: another origin, served by another server. */
import { createServer, type Server } from 'node:http';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { embedSnippets } from '../../src/web/pages/snippets.ts';
import { expectAccessible, openChromium } from '../support/browser.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, type TestApp } from '../support/start-app.ts';

const noChromium = needs('chromium', 'chromium');

describe.skipIf(noChromium)('on another site', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'todoke-embed-'));
  const servers: Server[] = [];
  let browser: Browser;
  let app: TestApp;
  let words: Words;
  /** What each site shows below its own heading. */
  let body = '';
  let partner: string;
  let stranger: string;
  let snippets: { script: string; form: string };

  /** A site of somebody else, with a policy of its own that lets our script run and nothing more. */
  async function openSite(): Promise<string> {
    const server = createServer((_request, response) => {
      response.setHeader(
        'Content-Security-Policy',
        `default-src 'self'; script-src ${app.origin}; connect-src ${app.origin}`,
      );
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><html lang="ja"><meta name="viewport" content="width=device-width"><title>Partner</title><main><h1>Partner</h1>${body}</main></html>`,
      );
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    app = await startTestApp();
    browser = await openChromium();
    [partner, stranger] = [await openSite(), await openSite()];
    process.stderr.write(`pictures of the form: ${pictures}\n`);
    const key = await createSourceKey(app, {
      source: 'partner',
      scopes: ['sign'],
      campaigns: [campaign],
      origins: [partner],
    });
    const [sample] = await loadCampaigns('campaigns');
    const { ja } = await loadWords(wordsFolder);
    if (!sample || !ja) throw new Error('the sample is missing');
    words = ja;
    snippets = embedSnippets({ origin: app.origin, campaign: sample, language: 'ja', words, key });
  });
  afterAll(async () => {
    await app.auditGreen();
    servers.forEach((server) => server.close());
    await browser.close();
    await app.stop();
  });

  async function open(site: string, html: string, script = true): Promise<Page> {
    body = html;
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: script });
    onTestFinished(() => context.close());
    const tab = await context.newPage();
    await tab.goto(site);
    return tab;
  }

  test('the script puts the form there; mistakes are told in its language, and the letter leaves', async () => {
    const tab = await open(partner, snippets.script);
    const form = tab.locator('form');
    await form.waitFor();
    expect(await tab.locator('main > a').isVisible()).toBe(false);
    await expectAccessible(tab, 'the form');
    await tab.screenshot({ path: join(pictures, 'form.png'), fullPage: true });

    await form.locator('#email').fill('nobody');
    await form.locator('button').click();
    await expect.poll(() => form.locator('[role=alert]').innerText()).toBe(words.problems.title);
    expect(await form.locator('#email-error').innerText()).toBe(words.problems.email);
    expect(await form.locator('#name-error').innerText()).toBe(words.problems.name);
    expect(await form.locator('#consent_send-error').innerText()).toBe(words.problems.consent);
    expect(await form.locator('#email').getAttribute('aria-invalid')).toBe('true');
    expect(await tab.evaluate('document.querySelector("main > div").shadowRoot.activeElement.id')).toBe('name');
    await expectAccessible(tab, 'the form');
    await tab.screenshot({ path: join(pictures, 'mistakes.png'), fullPage: true });

    await form.locator('#name').fill('人権 守');
    await form.locator('#email').fill('mamoru@mail.example');
    await form.locator('#message').fill('<b>私の言葉</b>');
    await form.locator('#consent_send').check();
    await form.locator('#consent_hand-over').check();
    await form.locator('button').click();
    const thanks = tab.locator('.thanks');
    await expect.poll(() => thanks.isVisible()).toBe(true);
    expect(await thanks.locator('p').first().innerText()).toBe(words.thanks.title);
    await tab.screenshot({ path: join(pictures, 'thanks.png'), fullPage: true });
    await app.until({ accepted: 1 });
    expect(await app.database.read.findOneByOrFail(signatureTable, {})).toMatchObject({
      source: 'partner',
      email: 'mamoru@mail.example',
      language: 'ja',
    });
    await Promise.all([tab.waitForURL(/\/receipts\//), thanks.locator('a').click()]);
  });

  test('the key is worth nothing on a site it was not made for: the link stays', async () => {
    const asked: number[] = [];
    body = snippets.script;
    const tab = await open(stranger, snippets.script);
    tab.on('response', (response) => asked.push(response.status()));
    const refused = await tab.evaluate(
      `fetch(${JSON.stringify(`${app.origin}/v1/campaigns/${campaign}/signatures`)}, { method: 'POST', headers: { authorization: 'Bearer x', 'content-type': 'application/json' }, body: '{}' }).then(() => 'answered', () => 'refused')`,
    );
    expect(refused).toBe('refused');
    expect(await tab.locator('form').count()).toBe(0);
    expect(await tab.locator('main > a').isVisible()).toBe(true);
  });

  test('without script the link leads to the page, and the plain form signs', async () => {
    const tab = await open(partner, `${snippets.script}${snippets.form}`, false);
    expect(await tab.locator('main > a').first().getAttribute('href')).toBe(`${app.origin}/actions/${campaign}/ja`);
    await tab.locator('input[name=name]').fill('Sam Sample');
    await tab.locator('input[name=email]').fill('sam@mail.example');
    await tab.locator('input[name=consent_send]').check();
    await tab.locator('input[name=consent_hand-over]').check();
    await Promise.all([tab.waitForURL(/\/receipts\//), tab.locator('form button').click()]);
    expect(await tab.locator('h1').innerText()).toBe(words.thanks.title);
    expect(await app.database.read.countBy(signatureTable, { source: 'form', email: 'sam@mail.example' })).toBe(1);
  });

  test('the script is 3 KB at most', async () => {
    const answer = await fetch(`${app.origin}/embed.js`);
    expect(answer.headers.get('content-type')).toMatch(/javascript/);
    expect((await answer.arrayBuffer()).byteLength).toBeLessThanOrEqual(3_072);
  });
});
