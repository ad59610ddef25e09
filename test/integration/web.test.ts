import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  acceptedAnswer,
  campaignAnswer,
  lettersAnswer,
  lineAnswer,
  petitionAnswer,
  problemAnswer,
  switchAnswer,
  targetAnswer,
} from '../../src/web/api/answers.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { aSignature, campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  for (let n = 0; n < 5; n += 1) await app.sign(n);
  await app.until({ accepted: 5 });
});
afterAll(() => app.stop());

const base = `/v1/campaigns/${campaign}`;

describe('what the API answers has the documented shape', () => {
  test('accepted, lines, problems', async () => {
    acceptedAnswer.parse((await app.sign(10)).body);
    const stream = await app.call('POST', `${base}/signatures`, `${JSON.stringify(aSignature(11))}\nnope`, {
      'content-type': 'application/x-ndjson',
    });
    for (const line of stream.body.trim().split('\n')) lineAnswer.parse(JSON.parse(line));
    problemAnswer.parse((await app.sign(12, { name: '' })).body);
  });

  test('campaigns, letters, targets, switches, petitions', async () => {
    const { campaigns } = (await app.call('GET', '/v1/campaigns')).body;
    expect(campaigns).toHaveLength(1);
    campaignAnswer.parse(campaigns[0]);
    campaignAnswer.parse((await app.call('GET', base)).body);
    lettersAnswer.parse((await app.call('GET', `${base}/letters`)).body);
    switchAnswer.parse(
      (await app.call('POST', `${base}/targets/${target}/channel`, { mode: 'hand', reason: 'for a test' })).body,
    );
    targetAnswer.parse((await app.call('GET', `${base}/targets/${target}`)).body);
    await app.sign(30);
    await app.until({ for_hand: 1 });
    petitionAnswer.parse((await app.call('POST', `${base}/petitions`, { target })).body);
  });
});

describe('letters', () => {
  test('are read page by page, each once', async () => {
    const seen: string[] = [];
    let after = '';
    do {
      const page = (await app.call('GET', `${base}/letters?limit=2${after ? `&after=${after}` : ''}`)).body;
      seen.push(...page.letters.map((letter: { id: string }) => letter.id));
      after = page.next ?? '';
    } while (after);
    const all = (await app.call('GET', `${base}/letters?limit=1000`)).body.letters.map(
      (letter: { id: string }) => letter.id,
    );
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('tell who signed only to a key with the scope for it, and no mailbox to anybody', async () => {
    const plain = await createSourceKey(app, { source: 'dashboard', scopes: ['read'], campaigns: null });
    const withoutNames = await app.call('GET', `${base}/letters`, undefined, { authorization: `Bearer ${plain}` });
    expect(JSON.stringify(withoutNames.body)).not.toMatch(/人権|mail\d|@/);
    expect((await app.call('GET', `${base}/letters?state=accepted`)).body.letters[0].signer).toMatchObject({
      email: expect.stringContaining('@'),
    });
    for (const path of ['', '/letters', `/targets/${target}`])
      expect(JSON.stringify((await app.call('GET', base + path)).body)).not.toContain('embassy.example');
  });

  test('a query with a mistake is told by field', async () => {
    const answer = await app.call('GET', `${base}/letters?state=lost&limit=0&x=1`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.length).toBeGreaterThanOrEqual(2);
  });
});

test('a key of one campaign sees no other, and staff routes need the staff scope', async () => {
  const narrow = await createSourceKey(app, { source: 'narrow', scopes: ['read'], campaigns: ['another'] });
  const as = { authorization: `Bearer ${narrow}` };
  expect((await app.call('GET', '/v1/campaigns', undefined, as)).body.campaigns).toEqual([]);
  expect((await app.call('GET', base, undefined, as)).status).toBe(403);
  for (const [path, body] of [
    [`${base}/petitions`, { target }],
    [`${base}/targets/${target}/channel`, { mode: 'hand', reason: 'abc' }],
    ['/v1/petitions/0000000000000000/void', { reason: 'abc' }],
  ] as const) {
    const reader = await createSourceKey(app, { source: 'reader', scopes: ['read', 'sign'], campaigns: null });
    expect((await app.call('POST', path, body, { authorization: `Bearer ${reader}` })).status).toBe(403);
  }
});

test('the description names every route that answers, and docs are readable without script', async () => {
  const document = (await app.call('GET', '/openapi.json')).body;
  expect(document.openapi).toBe('3.1.0');
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method} ${path}`),
  );
  expect(described).toHaveLength(34);
  for (const route of described) {
    const [method = '', path = ''] = route.split(' ');
    const answer = await fetch(app.origin + path.replaceAll(/\{(\w+)\}/g, 'none'), { method: method.toUpperCase() });
    // A relay proves itself in its own way, and none is set up here; the parts of a form are for everybody.
    const isKeyless = route === 'post /v1/reports/{provider}' || route.endsWith('/form.json');
    expect(answer.status, route).toBe(isKeyless ? 404 : 401);
  }
  const docs = await (await fetch(`${app.origin}/docs`)).text();
  expect(docs).toContain('/v1/campaigns/{campaign}/signatures');
  expect(docs).not.toMatch(/<script/i);
});

/** Far below what a telephone on a slow line loads in a second or two. */
const heaviestPage = 60_000;

test.each(['ja', 'en'])('the public page weighs less than 60 KB with all that it loads (%s)', async (language) => {
  const html = await (await fetch(`${app.origin}/actions/uyghurs-abroad/${language}`)).text();
  const loaded = [
    ...html.matchAll(/<(?:link rel="(?:stylesheet|preload|icon)"|script|img)[^>]* (?:href|src)="([^"]+)"/g),
  ]
    .map(([, address = '']) => address)
    .filter((address) => !address.startsWith('data:'));
  expect(loaded.length).toBeGreaterThanOrEqual(2);
  let bytes = Buffer.byteLength(html);
  for (const address of loaded) {
    const answer = await fetch(new URL(address, app.origin));
    expect(answer.status, address).toBe(200);
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  expect(bytes).toBeLessThan(heaviestPage);
  expect(bytes).toBeGreaterThan(20_000);
});

test('who mistypes an address of the public port reads a page, in the language of the browser', async () => {
  const answer = await fetch(`${app.origin}/action/uyghurs-abroad`, { headers: { 'accept-language': 'ja' } });
  expect([answer.status, answer.headers.get('content-language')]).toEqual([404, 'ja']);
  expect(await answer.text()).toContain('ページが見つかりません');
});

test('nothing on the public port tells of its insides', async () => {
  for (const path of ['/metrics', '/healthz', '/readyz']) expect((await fetch(app.origin + path)).status).toBe(404);
  const answer = await fetch(app.origin);
  expect(answer.headers.get('x-powered-by')).toBeNull();
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
});
