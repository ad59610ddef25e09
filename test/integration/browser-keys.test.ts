/** Keys that stand in pages of other sites: what they may do, from where, and how much. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hour } from '../../src/clock.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { formAnswer } from '../../src/web/api/openapi-embed.ts';
import { aSignature, campaign, startTestApp, type TestApp } from '../support/start-app.ts';
import { sampleCampaignWith } from '../support/sample-campaign.ts';

const partner = 'https://partner.example';
const route = `/v1/campaigns/${campaign}/signatures`;
let app: TestApp;
let key: string;

beforeAll(async () => {
  const protection = { limits: { perNetwork: 12, perAddress: 3 } };
  app = await startTestApp({ env: { CAMPAIGNS_DIR: sampleCampaignWith({ protection }), TRUST_PROXY: 'loopback' } });
  key = await createSourceKey(app, { source: 'partner', scopes: ['sign'], campaigns: [campaign], origins: [partner] });
});
afterAll(async () => {
  await app.auditGreen();
  await app.stop();
});

/** As a browser on a page of `origin` asks. */
const from = (origin: string, visitor = '203.0.113.1') => ({
  origin,
  authorization: `Bearer ${key}`,
  'x-forwarded-for': visitor,
});

describe('a key for a site', () => {
  test('signs from that site, and its name is told to the browser there and to no other', async () => {
    const answer = await app.call('POST', route, aSignature(1), from(partner));
    expect(answer.status).toBe(202);
    expect(answer.headers.get('access-control-allow-origin')).toBe(partner);
    expect(answer.headers.get('vary')).toContain('Origin');
    for (const origin of ['https://other.example', 'http://partner.example', 'https://partner.example.evil', 'null']) {
      const refused = await app.call('POST', route, aSignature(2), from(origin));
      expect(refused.status, origin).toBe(403);
      expect(refused.headers.get('access-control-allow-origin'), origin).toBeNull();
      expect(refused.headers.get('vary'), origin).toContain('Origin');
    }
    // A server that took the key out of the page.
    const { origin: _, ...without } = from(partner);
    expect((await app.call('POST', route, aSignature(2), without)).status).toBe(403);
  });

  test('is asked for by a preflight, which tells what may be sent', async () => {
    const ask = (origin: string) =>
      fetch(app.origin + route, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const answer = await ask(partner);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(partner);
    expect(answer.headers.get('access-control-allow-methods')).toBe('POST');
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const refused = await ask('https://other.example');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    const elsewhere = await fetch(`${app.origin}/v1/campaigns/another/signatures`, {
      method: 'OPTIONS',
      headers: { origin: partner },
    });
    expect(elsewhere.status).toBe(403);
  });

  test('lets the form there say what is wrong', async () => {
    const answer = await app.call('POST', route, { ...aSignature(3), name: '' }, from(partner));
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe('name');
    expect(answer.headers.get('access-control-allow-origin')).toBe(partner);
  });

  test('opens nothing but signing, one letter at a time', async () => {
    const headers = from(partner);
    for (const [method, path] of [
      ['GET', '/v1/campaigns'],
      ['GET', `/v1/campaigns/${campaign}/letters`],
      ['POST', '/v1/events'],
    ] as const)
      expect((await app.call(method, path, method === 'POST' ? {} : undefined, headers)).status, path).toBe(403);
    const stream = { ...headers, 'content-type': 'application/x-ndjson' };
    expect((await app.call('POST', route, JSON.stringify(aSignature(5)), stream)).status).toBe(400);
  });

  test('may do no more than sign, and names sites as browsers do', async () => {
    const make = (changes: object) =>
      createSourceKey(app, { source: 'x', scopes: ['sign'], campaigns: null, origins: [partner], ...changes });
    await expect(make({ scopes: ['sign', 'read'] })).rejects.toThrow('give it the scope sign alone');
    for (const origin of ['partner.example', 'https://partner.example/page', '*', 'null', 'javascript:x'])
      await expect(make({ origins: [origin] }), origin).rejects.toThrow('An origin is scheme and host');
    await expect(make({ origins: ['HTTPS://Partner.Example/'] })).resolves.toMatch(/^todoke_/);
  });
});

describe('limits', () => {
  test('hold for one address, and end with the hour', async () => {
    const twice = (visitor: string) => app.call('POST', route, aSignature(40), from(partner, visitor));
    for (let n = 0; n < 3; n += 1) expect((await twice(`198.51.100.${n}`)).status).toBe(202);
    const refused = await twice('198.51.100.9');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(JSON.stringify(refused.body)).not.toContain('signer40');
    app.clock.move(hour);
    expect((await twice('198.51.100.9')).status).toBe(202);
  });

  test('hold for one network over both doors, while another network goes on', async () => {
    const sign = (n: number, visitor: string) => app.call('POST', route, aSignature(n), from(partner, visitor));
    for (let n = 100; n < 112; n += 1) expect((await sign(n, '2001:db8::1')).status).toBe(202);
    expect((await sign(112, '2001:db8::ffff')).status).toBe(429);
    expect((await sign(112, '2001:db8:0:1::1')).status).toBe(202);
    const form = new URLSearchParams({
      name: '人権 守',
      email: 'mamoru@mail.example',
      language: 'ja',
      event_id: 'a-form',
      consent_send: '2020-05-29',
      'consent_hand-over': '2020-05-29',
    });
    const post = (visitor: string) =>
      fetch(`${app.origin}/actions/${campaign}/sign`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: { 'x-forwarded-for': visitor },
      });
    const refused = await post('2001:db8::2');
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('mamoru@mail.example');
    expect((await post('203.0.113.77')).status).toBe(303);
  });

  test('do not hold for keys of servers, which send for many', async () => {
    for (let n = 200; n < 214; n += 1) expect((await app.sign(n)).status).toBe(202);
  });
});

test('whoever signs on another site confirms by mail, where the campaign asks it of those who sign on its own page', async () => {
  const env = { CAMPAIGNS_DIR: sampleCampaignWith({ confirm: 'form', notices: { from: 'news@news.example.org' } }) };
  const other = await startTestApp({ env });
  onTestFinished(() => other.stop());
  const own = await createSourceKey(other, { source: 'p', scopes: ['sign'], campaigns: null, origins: [partner] });
  const answer = await other.call('POST', route, aSignature(1), { origin: partner, authorization: `Bearer ${own}` });
  expect(answer.body.status).toBe('held');
  await other.until({ held: 1 });
  expect((await other.sign(2)).body.status).toBe('accepted');
});

test('the parts of a form are given to the site of a key, and to no other', async () => {
  const ask = (origin: string, language = 'ja') =>
    fetch(`${app.origin}/actions/${campaign}/${language}/form.json`, { headers: { origin } });
  const answer = await ask(partner);
  expect(answer.headers.get('access-control-allow-origin')).toBe(partner);
  const parts = formAnswer.parse(await answer.json());
  expect(parts.html).toContain('data-consent="send" value="2020-05-29"');
  expect(parts.html).not.toMatch(/<script|\son\w+=|undefined/);
  expect((await ask('https://other.example')).headers.get('access-control-allow-origin')).toBeNull();
  expect((await ask(partner, 'fr')).status).toBe(404);
});
