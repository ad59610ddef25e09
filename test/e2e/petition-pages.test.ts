/** The pages about petitions in every state, both languages, on a telephone, on a desk and on paper; pictures for docs/hand-in.md. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day, hour } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { petitionTable, type Petition } from '../../src/petitions/petition-table.ts';
import { lookEverywhere, openChromium, openTab } from '../support/browser.ts';
import { signedIn } from '../support/console-guest.ts';
import { needs } from '../support/needs.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const noChromium = needs('chromium', 'chromium');
const wanted = process.env['TEST_PICTURES'];

const signers = ['人権 守', 'Sam Sample', '見本 花子', 'Zoë Muster', '山田 太郎', 'Ada Example'];
const joke = '<b>Free everybody now!!!</b> www.example.org';
const long = `Maria ${'de la Santísima Trinidad y Todos los Santos '.repeat(3)}Ejemplo`;

describe.skipIf(noChromium)('the pages about petitions', () => {
  const others = mkdtempSync(join(tmpdir(), 'todoke-petition-pages-'));
  const forDocs = wanted ?? others;
  let browser: Browser;
  let app: TestApp;
  let path: string;
  const id = () => path.split('/').at(-1) ?? '';

  beforeAll(async () => {
    mkdirSync(forDocs, { recursive: true });
    [browser, app] = await Promise.all([openChromium(), startTestApp()]);
    process.stderr.write(`pictures of the pages about petitions: ${others}\n`);
    const channel = { mode: 'hand', reason: 'Mail is refused at the gate.' };
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, channel);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await app.auditGreen();
    await app.stop();
  });

  /** The pictures of a desk and of paper are only for whoever wants pictures. */
  const check = (page: Page, name: string): Promise<void> =>
    lookEverywhere(page, name, { pictures: others, wide: wanted !== undefined });

  /** Looks at a page as it is now, in both languages; whoever looks has just signed in, since the clock goes on for weeks. */
  async function shown(
    what: string,
    address: string,
    more: (page: Page) => Promise<void> = async () => {},
  ): Promise<void> {
    const inLanguage = async (locale: 'ja' | 'en'): Promise<void> => {
      const name = locale === 'ja' ? '提出 係' : 'Dee Liver';
      const { token } = await signedIn(app, 'deliverer', { language: locale, name });
      const tab = await openTab(browser, app.origin, { locale, session: token });
      await tab.page.goto(app.origin + address);
      await more(tab.page);
      await check(tab.page, `${what}-${locale}`);
      await tab.close();
    };
    await Promise.all([inLanguage('ja'), inLanguage('en')]);
  }

  /** A picture of a page for the documents: English, and no wider than it is read there. */
  async function picture(name: string, address: string, part = 'main'): Promise<void> {
    const { token } = await signedIn(app, 'deliverer', { language: 'en', name: 'Dee Liver' });
    const tab = await openTab(browser, app.origin, { locale: 'en', session: token, width: 760 });
    await tab.page.goto(app.origin + address);
    const box = await tab.page.locator(part).boundingBox();
    if (!box) throw new Error(`there is no ${part}`);
    const clip = { x: 0, y: Math.max(0, box.y - 16), width: 760, height: box.height + 32 };
    await tab.page.screenshot({ path: join(forDocs, `${name}.png`), fullPage: true, clip });
    await tab.close();
  }

  async function sign(names: readonly string[], from: number): Promise<void> {
    const { for_hand: before } = await app.states();
    for (const [n, name] of names.entries()) await app.sign(from + n, { name });
    await app.until({ for_hand: before + names.length });
  }

  /** Sends a form of the console, as staff would. */
  async function act(address: string, form: Record<string, string>): Promise<string> {
    const staff = await signedIn(app, 'deliverer', { name: 'Dee Liver' });
    const { status, location } = await staff.send(address, form);
    expect(status, address).toBe(303);
    return location;
  }

  async function compile(): Promise<void> {
    path = await act(`/console/petitions/waiting/${target}/compile`, { which: campaign });
    await waitFor(petition, ({ filesAt }) => filesAt !== null, 'its files');
  }
  const petition = () => app.database.read.findOneByOrFail(petitionTable, { id: id() });
  const send = async (below: string, body: unknown) => {
    const { status, body: answer } = await app.call('POST', `/v1/petitions/${id()}/${below}`, body);
    expect([200, 201], below).toContain(status);
    return answer;
  };
  const tryIt = (outcome: string, more = {}) => {
    app.clock.move(2 * hour);
    const at = new Date(app.clock.now()).toISOString();
    return send('hand-ins', {
      outcome,
      at,
      place: 'at the gate of the embassy',
      carrier: 'two members of staff',
      ...more,
    });
  };

  /** As a petition of many names would be for a while; nothing is left to be done for it until then. */
  async function asIf(changes: Partial<Petition>, work: () => Promise<void>): Promise<void> {
    const before = await petition();
    const write = (set: Partial<Petition>) =>
      app.database.write((transaction) => transaction.update(petitionTable, { id: id() }, set));
    await write({ dueAt: app.clock.now() + 3 * hour, ...changes });
    await work();
    const { state, names, done, expected, filesAt, manifest, failures, failedReason, failedName, dueAt } = before;
    await write({ state, names, done, expected, filesAt, manifest, failures, failedReason, failedName, dueAt });
  }

  test('without a name, and with names of which some are withheld', async () => {
    await shown('none', '/console/petitions');
    await shown('nobody-waits', `/console/petitions/waiting/${target}`);
    await sign([...signers, joke, long], 1);
    const letters = await app.database.read.find(letterTable, { where: { state: 'for_hand' }, order: { id: 'ASC' } });
    const weed = async (n: number, what: string, reason: string) => {
      await act(`/console/petitions/names/${letters[n]?.id}/${what}`, { reason, number: String(n + 1) });
      app.clock.move(60_000);
    };
    await weed(6, 'withhold', 'Not a name.');
    await weed(7, 'withhold', 'Is this really a name?');
    await weed(7, 'put-back', 'It is: she wrote to us.');
    await shown('list-waiting', '/console/petitions');
    await picture('console-petitions-waiting', '/console/petitions', '#waiting');
    await shown('waiting', `/console/petitions/waiting/${target}`, async (page) => {
      await page.locator('ol.names details summary').first().click();
    });
    await picture('console-petition-names', `/console/petitions/waiting/${target}`);
  });

  test('while it is sealed and its files are made, or cannot be', async () => {
    await compile();
    await asIf(
      { state: 'sealing', names: 1_500, done: 1_500, expected: 12_345, filesAt: null, manifest: null },
      async () => {
        await shown('sealing', path);
        await shown('list-sealing', '/console/petitions');
      },
    );
    const making = { names: 12_345, done: 4_000, expected: 12_345, filesAt: null, manifest: null };
    await asIf(making, async () => {
      await shown('making', path);
      await picture('console-petition-making', path);
    });
    const failed = { failures: 2, failedReason: 'the engine for pages stopped', failedName: 4_321 };
    await asIf({ ...making, ...failed }, () => shown('failing', path));
    await asIf({ state: 'voiding', done: 3 }, () => shown('voiding', path));
    await shown('ready', path);
    await picture('console-petition-ready', path);
  });

  test('while it is tried', async () => {
    await shown('hand-in', `${path}/hand-in`);
    await picture('console-hand-in', `${path}/hand-in`);
    await shown('hand-in-wrong', `${path}/hand-in`, async (page) => {
      await page.locator('#place').fill(' ');
      await page.locator('#at').fill('');
      await page.evaluate("document.querySelector('main form').noValidate = true");
      await Promise.all([page.waitForEvent('load'), page.locator('main form button').click()]);
      expect(await page.locator('#place-error, #at-error').count()).toBe(2);
    });
    await tryIt('refused', { note: 'Nobody opened.\nWe come again on Friday.' });
    await shown('refused', path);
    await tryIt('posted', { place: 'the post office at the corner', reference: 'RR 123 456 789 JP' });
    await shown('posted', path);
    await shown('void-on-its-way', `${path}/void`);
  });

  test('whose try was a mistake, and that nobody has said a word about for long', async () => {
    const { id: lost } = await tryIt('lost');
    await shown('lost', path);
    await shown('strike', `${path}/hand-ins/${lost}/strike`);
    await send(`hand-ins/${lost}/strike`, { reason: 'It was only late.' });
    await shown('struck', path);
    app.clock.move(31 * day);
    await shown('due', path);
    await shown('list-due', '/console/petitions');
    await picture('console-petitions-due', '/console/petitions', '#petitions');
  });

  test('that is handed in, with the photo of its receipt and words with the office', async () => {
    const { id: handIn } = await tryIt('accepted', { reference: 'A-7' });
    await app.until({ handed_in: 7 });
    const bytes = await sharp({ create: { width: 900, height: 1200, channels: 3, background: '#e8e0d0' } })
      .png()
      .toBuffer();
    const headers = { authorization: `Bearer ${app.key}`, 'content-type': 'image/png' };
    const address = `${app.origin}/v1/petitions/${id()}/hand-ins/${handIn}/files`;
    const body = new Uint8Array(bytes);
    expect((await fetch(address, { method: 'POST', headers, body })).status).toBe(201);
    await shown('follow-up', `${path}/follow-up`);
    app.clock.move(hour);
    const at = new Date(app.clock.now()).toISOString();
    await send('follow-ups', { what: 'answered', at, reference: 'A-7', note: 'It is on the desk of the ambassador.' });
    await shown('handed-in', path, async (page) => {
      await page.locator('details summary').first().click();
      await page.waitForFunction('[...document.images].every((image) => image.complete && image.naturalWidth > 0)');
    });
    await shown('photo-wrong', path, async (page) => {
      await page.locator('details summary').first().click();
      const file = { name: 'note.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') };
      await page.locator('input[type=file]').first().setInputFiles(file);
      await Promise.all([page.waitForEvent('load'), page.locator('details[open] button').click()]);
      expect(await page.locator('.wrong').count()).toBe(1);
    });
  });

  test('that is void', async () => {
    await sign(['Nora Neu', '新井 新'], 50);
    await compile();
    await shown('void', `${path}/void`);
    await send('void', { reason: 'A misprint on the cover.' });
    await shown('voided', path);
    await shown('list', '/console/petitions');
  });
});
