/** Campaigns on the console, over HTTP: who may do what, what an edit does to letters, and what a hostile text cannot do. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { testLetterTable } from '../../src/outbox/test-letter-table.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { type Answer, type Guest, signedIn } from '../support/console-guest.ts';
import { aSignature, campaign, startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const page = `/console/campaigns/${campaign}`;
let app: TestApp;
let campaigns: string;

beforeEach(async () => {
  campaigns = mkdtempSync(join(tmpdir(), 'todoke-campaigns-'));
  cpSync('campaigns', campaigns, { recursive: true });
  app = await startTestApp({ env: { CAMPAIGNS_DIR: campaigns, CAMPAIGNS_EVERY: '50ms', PACE_PER_HOUR: '1' } });
});
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
  rmSync(campaigns, { recursive: true });
});

/** What the fields of a form hold, by name. */
function fieldsIn({ text }: Answer): Record<string, string> {
  const plain = (html: string): string =>
    html
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
  const inputs = [...text.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g)];
  const areas = [...text.matchAll(/<textarea[^>]* name="([^"]+)"[^>]*>\n?([^<]*)<\/textarea>/g)];
  return Object.fromEntries(
    [...inputs, ...areas]
      .filter(([, name]) => !['small', 'with-message', 'width', 'language', 'next'].includes(name ?? ''))
      .map(([, name = '', value = '']) => [name, plain(value)]),
  );
}

/** Opens an editor, changes some of its fields, and saves. */
async function edit(who: Guest, path: string, changes: Record<string, string>): Promise<Answer> {
  return who.send(path, { ...fieldsIn(await who.get(path)), ...changes }, { from: path });
}

const letterOf = (language: string): string => `${page}/texts/letter/${language}`;
const yaml = (): string => readFileSync(join(campaigns, campaign, 'campaign.yaml'), 'utf8');

test('a text saved on the console is used at once; letters that were signed keep theirs', async () => {
  const me = await signedIn(app, 'campaigner');
  await app.sign(1);
  await app.sign(3);
  await app.until({ accepted: 1, queued: 1 });
  const saved = await edit(me, letterOf('en'), { subject: 'Another subject', note: 'Shorter' });
  expect([saved.status, saved.location]).toEqual([303, letterOf('en')]);
  await app.sign(5);
  app.clock.move(hour);
  await app.until({ accepted: 2, queued: 1 });
  app.clock.move(hour);
  await app.until({ accepted: 3 });
  const subjects = await Promise.all(
    app.embassy.received.map(async ({ raw }) => (await PostalMime.parse(raw)).subject),
  );
  expect(subjects).toEqual([subjects[0], subjects[0], 'Another subject']);
  expect(readFileSync(join(campaigns, campaign, 'letter.en.md'), 'utf8')).toContain('subject: Another subject');
  const { text } = await me.get(`${page}/versions`);
  expect(text).toContain('Shorter');
  expect(text).toContain('人権 守');
  expect((await me.get(`${page}/versions/2`)).text).toContain('<ins>Another');
});

describe('an edit', () => {
  test('with a mistake says so beside the field, loses nothing, and takes nothing down', async () => {
    const me = await signedIn(app, 'campaigner');
    const answer = await edit(me, letterOf('en'), { body: 'Dear {{nobody}},\n\n{{name}}', subject: 'Kept' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('id="body-error"');
    expect(answer.text).toContain('{{nobody}} is not known here. Known are {{name}}');
    const she = await signedIn(app, 'campaigner', { language: 'ja' });
    const japanese = await edit(she, letterOf('ja'), { body: '拝啓 {{nobody}}' });
    expect(japanese.text).toContain('ここでは{{nobody}}を使えません。');
    expect((await edit(she, `${page}/settings`, { text: 'languages: [ja' })).text).toContain('書き方が崩れています');
    expect(fieldsIn(answer)).toMatchObject({ body: 'Dear {{nobody}},\n\n{{name}}', subject: 'Kept' });
    const settings = await edit(me, `${page}/settings`, { text: 'languages: [ja' });
    expect(settings.status).toBe(422);
    expect(settings.text).toContain('campaign.yaml:');
    expect((await app.sign(1)).status).toBe(202);
    expect(yaml()).toContain('languages: [ja, en]');
  });

  test('of what somebody else changed meanwhile is not saved over it unseen; of another text it is', async () => {
    const [me, other] = [await signedIn(app, 'campaigner'), await signedIn(app, 'admin', { name: 'Zoë Muster' })];
    const mine = fieldsIn(await me.get(letterOf('en')));
    const japanese = fieldsIn(await me.get(letterOf('ja')));
    expect((await edit(other, letterOf('en'), { subject: 'Hers' })).status).toBe(303);
    const refused = await me.send(letterOf('en'), { ...mine, subject: 'Mine' });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('Zoë Muster');
    expect(refused.text).toContain(`${page}/versions/2`);
    expect(fieldsIn(refused)['subject']).toBe('Mine');
    expect((await me.send(letterOf('ja'), { ...japanese, subject: '新しい件名' })).status).toBe(303);
    const again = fieldsIn(await me.send(letterOf('en'), { ...mine, subject: 'Mine' }));
    expect((await me.send(letterOf('en'), again)).status).toBe(303);
    expect(fieldsIn(await me.get(letterOf('en')))['subject']).toBe('Mine');
    expect(fieldsIn(await me.get(letterOf('ja')))['subject']).toBe('新しい件名');
  });

  test('can be taken back', async () => {
    const me = await signedIn(app, 'campaigner');
    const before = yaml();
    await edit(me, `${page}/period`, { to: '2020-12-31', 'words.en': 'until December' });
    expect(yaml()).toContain('to: 2020-12-31');
    const restored = await me.send(`${page}/versions/1/restore`, fieldsIn(await me.get(`${page}/versions/1`)));
    expect(restored.status).toBe(303);
    expect(yaml()).toBe(before);
    expect((await me.send(`${page}/versions/1/restore`, { version: '0000000000000000' })).status).toBe(409);
  });
});

test('a campaign is closed and opened again, and says so at once', async () => {
  const me = await signedIn(app, 'admin');
  expect((await me.send(`${page}/close`, {}, { from: page })).status).toBe(303);
  expect((await app.sign(1)).status).toBe(409);
  expect((await edit(me, `${page}/period`, { to: '2020-12-31' })).status).toBe(303);
  expect((await app.sign(1)).status).toBe(202);
});

test('a copy is a draft that nobody else sees, and a translation is hidden until it is shown', async () => {
  const me = await signedIn(app, 'campaigner');
  const copy = await edit(me, `${page}/duplicate`, { slug: 'second', from: '2020-06-01', to: '2020-07-01' });
  expect(copy.location).toBe('/console/campaigns/second');
  expect((await me.get(copy.location)).text).toContain('badge draft');
  expect((await fetch(`${app.origin}/actions/second/en`)).status).toBe(404);
  expect((await app.call('POST', '/v1/campaigns/second/signatures', aSignature(1))).status).toBe(404);
  expect((await edit(me, `${page}/duplicate`, { slug: 'second' })).text).toContain('id="slug-error"');
  // Opened now, or by itself on its first day.
  await edit(me, '/console/campaigns/second/period', { from: '2020-06-20', to: '2020-07-01' });
  const later = await me.send('/console/campaigns/second/open', { when: 'on-its-day' }, { from: page });
  expect(later.status).toBe(303);
  expect((await fetch(`${app.origin}/actions/second/en`)).status).toBe(200);
  expect((await app.call('POST', '/v1/campaigns/second/signatures', aSignature(1))).status).toBe(409);
  expect((await me.send('/console/campaigns/second/open', {}, { from: page })).status).toBe(303);
  expect((await app.call('POST', '/v1/campaigns/second/signatures', aSignature(1))).status).toBe(202);
});

describe('who may not write', () => {
  test.each(['viewer', 'deliverer'] as const)('reads, and changes nothing: %s', async (role) => {
    const me = await signedIn(app, role);
    const before = yaml();
    for (const path of ['', '/versions', '/versions/1', '/texts/letter/en', '/texts/shared/ja', '/preview/page/ja']) {
      expect((await me.get(`${page}${path}`)).status, path).toBe(200);
    }
    for (const path of ['/settings', '/period', '/sources', '/duplicate']) {
      expect((await me.get(`${page}${path}`)).status, path).toBe(403);
    }
    expect((await me.get('/console/campaigns/new')).status).toBe(403);
    const forms = ['', '/close', '/open', '/period', '/settings', '/texts/letter/en', '/texts/shared/en', '/test'];
    for (const path of [...forms, '/languages', '/duplicate', '/sources', '/versions/1/restore']) {
      const url = path === '' ? '/console/campaigns' : `${page}${path}`;
      expect((await me.send(url, { subject: 'Hacked' })).status, path).toBe(403);
    }
    expect(yaml()).toBe(before);
    expect(app.embassy.received).toEqual([]);
  });

  test('without a session sees nothing of it', async () => {
    const answer = await fetch(`${app.origin}${page}/preview/letter/en`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/console/sign-in?next=${encodeURIComponent(`${page}/preview/letter/en`)}`,
    ]);
  });
});

test('a campaign’s text that would run a script is a text everywhere', async () => {
  const me = await signedIn(app, 'campaigner');
  const evil = '</textarea></iframe><script>alert(1)</script><img src=x onerror=alert(1)>';
  const attribute = '" onmouseover="alert(1)';
  for (const [path, changes] of [
    [letterOf('en'), { subject: `S ${evil}`, body: `Dear,\n\n${evil}\n\n[link](javascript:alert(1))`, note: evil }],
    [letterOf('en'), { subject: `S ${evil}`, body: `Dear,\n\n${evil} ${attribute}`, note: evil }],
    [
      `${page}/texts/page/en`,
      { title: `T ${evil} ${attribute}`, short: evil, long: evil, 'hints.name': `${evil} ${attribute}` },
    ],
    [`${page}/texts/petition/en`, { title: `P ${evil}`, body: evil }],
    [`${page}/texts/shared/en`, { organisation: `O ${evil} ${attribute}` }],
  ] as const) {
    const answer = await edit(me, path, changes);
    expect(answer.text).not.toMatch(/<script>alert|<img src=x/);
  }
  const shown = [
    '/console/campaigns',
    page,
    letterOf('en'),
    `${page}/texts/page/en`,
    `${page}/texts/shared/en`,
    `${page}/settings`,
    `${page}/versions`,
    ...[2, 3, 4, 5].map((seq) => `${page}/versions/${seq}`),
    ...['letter', 'page', 'petition'].map((kind) => `${page}/preview/${kind}/en`),
    `/actions/${campaign}/en`,
    '/?language=en',
  ];
  for (const path of shown) {
    const { status, text } = await me.get(path);
    expect(status, path).toBe(200);
    expect(text, path).toContain('alert(1)');
    expect(text, path).not.toMatch(/<script>alert|<img src=x|" onmouseover=/);
  }
  const preview = await me.get(`${page}/preview/letter/en`);
  expect(preview.headers.get('content-security-policy')).toMatch(/^sandbox allow-same-origin; default-src 'none'/);
  expect(preview.headers.get('content-security-policy')).not.toContain('script');
  await app.sign(1);
  await app.until({ accepted: 1 });
  const html = (await PostalMime.parse(app.embassy.received[0]?.raw ?? '')).html ?? '';
  expect(html).not.toMatch(/<script>|<img/);
});

describe('a letter to oneself', () => {
  test('goes to one’s login, is marked and audited, and is none of the ledger', async () => {
    const me = await signedIn(app, 'campaigner', { login: 'mamoru@office.example' });
    expect((await me.send(`${page}/test`, { language: 'ja', 'with-message': 'yes' }, { from: page })).status).toBe(303);
    const [mail] = await waitFor(
      () => app.embassy.received,
      (received) => received.length === 1,
      'the test letter',
    );
    expect(mail?.envelope.to).toEqual(['mamoru@office.example']);
    const parsed = await PostalMime.parse(mail?.raw ?? '');
    expect(parsed.subject).toMatch(/^\[Test\] /);
    expect(parsed.text).toContain('signer may add');
    expect(parsed.headers.some(({ key }) => key === 'dkim-signature')).toBe(true);
    await waitFor(
      () => app.database.read.find(testLetterTable),
      ([row]) => row?.verdict === 'accepted' && row.message.length === 0 && row.recipient === '',
      'the end of the test',
    );
    expect((await app.states()).accepted).toBe(0);
    const events = await app.database.read.findBy(staffEventTable, { what: 'campaign.test' });
    expect(events).toMatchObject([{ actor: me.staff.id, subject: campaign, result: 'done' }]);
  });

  test('never goes to a target, and not in floods', async () => {
    const target = await signedIn(app, 'campaigner', { login: 'ambassador@embassy.example' });
    await target.send(`${page}/test`, { language: 'en' }, { from: page });
    const me = await signedIn(app, 'campaigner');
    for (let n = 0; n < 12; n += 1) await me.send(`${page}/test`, { language: 'en' }, { from: page });
    await waitFor(
      () => app.embassy.received.length,
      (n) => n === 10,
      'ten test letters',
    );
    expect(await app.database.read.count(testLetterTable)).toBe(10);
    expect(app.embassy.received.every(({ envelope }) => envelope.to[0] === me.staff.login)).toBe(true);
  });
});

test('a key made on the console brings signatures to its campaign, until it is revoked', async () => {
  const me = await signedIn(app, 'campaigner');
  const made = await me.send(`${page}/sources`, { name: 'website' }, { from: `${page}/sources` });
  const key = /todoke_[0-9a-v]{16}_[0-9a-v]{32}/.exec(made.text)?.[0] ?? '';
  const bring = async (): Promise<number> =>
    (await app.call('POST', `/v1/campaigns/${campaign}/signatures`, aSignature(1), { authorization: `Bearer ${key}` }))
      .status;
  expect(await bring()).toBe(202);
  const list = await me.get(`${page}/sources`);
  expect(list.text).toContain('website');
  expect(list.text).not.toContain(key);
  const revoke = /action="([^"]+\/revoke)"/.exec(list.text)?.[1] ?? '';
  expect((await me.send(revoke, {}, { from: `${page}/sources` })).status).toBe(303);
  // A process that just saw the key may take it for some seconds more.
  app.clock.move(minute);
  expect(await bring()).toBe(401);

  const bad = await me.send(`${page}/sources`, { name: 'partner', origin: 'example.org/path' });
  expect(bad.text).toContain('id="origin-error"');
  const partner = await me.send(`${page}/sources`, { name: 'partner', origin: 'https://partner.example' });
  expect(partner.text).toContain('embed.js');
  expect(partner.text).not.toContain('<script src="http');
});
