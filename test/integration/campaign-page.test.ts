/** The page of one campaign and *today* on the console, over HTTP: what they say first, where they lead, and in whose time. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { signedIn } from '../support/console-guest.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const page = `/console/campaigns/${campaign}`;
let app: TestApp;

/** Starts on a folder of campaigns of its own. */
async function startOn(fill: (campaigns: string) => void): Promise<string> {
  const campaigns = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  onTestFinished(() => rmSync(campaigns, { recursive: true }));
  fill(campaigns);
  app = await startTestApp({ env: { CAMPAIGNS_DIR: campaigns, CAMPAIGNS_EVERY: '50ms' } });
  return campaigns;
}

const sample = (campaigns: string): void => cpSync('campaigns', campaigns, { recursive: true });

afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

test('what was looked at before opening is folded below the texts; in a draft it stands in front', async () => {
  await startOn(sample);
  const me = await signedIn(app, 'campaigner');
  const open = (await me.get(page)).text;
  expect(open).toContain('<details class="checked">');
  expect(open.indexOf('class="checks"')).toBeGreaterThan(open.indexOf('class="list texts"'));
  const form = { slug: 'second', from: '2020-06-01', to: '2020-07-01', version: '' };
  expect((await me.send(`${page}/duplicate`, form, { from: `${page}/duplicate` })).status).toBe(303);
  const draft = (await me.get('/console/campaigns/second')).text;
  expect(draft).not.toContain('class="checked"');
  expect(draft.indexOf('class="checks"')).toBeLessThan(draft.indexOf('class="list texts"'));
});

test('it leads to the pages of its targets and says how each is reached', async () => {
  await startOn(sample);
  const me = await signedIn(app, 'admin');
  expect((await me.get(page)).text).toMatch(
    new RegExp(
      `<a href="/console/targets/${target}"><bdi>[^<]+</bdi></a> <span class="badge channel-mail">by mail</span>`,
    ),
  );
  await me.send(`/console/targets/${target}/channel`, { mode: 'hand', reason: 'They asked for paper.' });
  expect((await me.get(page)).text).toContain('badge channel-hand');
});

test('the history names the texts that differ, also where no translation had to follow', async () => {
  await startOn(sample);
  const me = await signedIn(app, 'campaigner');
  const letter = `${page}/texts/letter/en`;
  const { text } = await me.get(letter);
  const version = /name="version" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const body = 'Excellency,\n\nplease let them call home.\n\n{{name}}';
  const edit = { version, subject: 'Let them call home', body, footer: 'Sent for {{name}}', small: 'yes' };
  expect((await me.send(letter, edit, { from: letter })).status).toBe(303);
  const history = (await me.get(`${page}/versions`)).text;
  expect(history).toContain('<td data-label="Changed">Letter (English)</td>');
  expect(history).toContain('<td data-label="Changed">everything</td>');
});

test('times are told in the zone of the first campaign, also when it was made while the service ran', async () => {
  const campaigns = await startOn(() => undefined);
  const me = await signedIn(app, 'campaigner');
  const began = async (): Promise<string> =>
    /<time datetime="[^"]*">([^<]*)</.exec((await me.get('/console/account')).text)?.[1] ?? '';
  const utc = await began();
  mkdirSync(join(campaigns, campaign));
  cpSync(join('campaigns', campaign), join(campaigns, campaign), { recursive: true });
  await waitFor(began, (tokyo) => tokyo !== utc, 'the time in Tokyo');
  const hourOf = (time: string): number => Number(/(\d+):\d\d$/.exec(time)?.[1]);
  expect((hourOf(await began()) - hourOf(utc) + 24) % 24).toBe(9);
});

test('today says that no mail leaves also when each target is held for itself', async () => {
  await startOn(sample);
  const me = await signedIn(app, 'admin');
  expect((await me.get('/console')).text).toContain('data-state="quiet"');
  await me.send(`/console/targets/${target}/pause`, { reason: 'A holiday of the embassy' });
  const { text } = await me.get('/console');
  expect(text).toContain('data-state="held"');
  expect(text).toContain('A holiday of the embassy');
});
