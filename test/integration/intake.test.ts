import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../src/ledger/audit.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { aSignature, campaign, startTestApp, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const path = `/v1/campaigns/${campaign}/signatures`;
const count = () => app.database.read.count(signatureTable);

describe('one signature', () => {
  test('is answered with an id and a receipt after it is on disk', async () => {
    const answer = await app.sign(1);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-v]{16}$/),
      status: 'accepted',
      receipt_url: expect.stringContaining(`${app.origin}/receipts/`),
    });
    const row = await app.database.read.findOneByOrFail(signatureTable, { id: answer.body.id });
    expect(row).toMatchObject({ name: '人権 守 1', email: 'signer1@mail1.example', source: 'test' });
    expect(row.consents).toHaveLength(2);
    expect((await fetch(answer.body.receipt_url)).status).toBe(200);
  });

  test('sent twice with its event id gets the same answer and is stored once', async () => {
    const before = await count();
    const first = await app.sign(2, { event_id: 'e-2' });
    expect((await app.sign(2, { event_id: 'e-2' })).body).toEqual(first.body);
    const header = await app.call('POST', path, aSignature(2), { 'idempotency-key': 'e-2' });
    expect(header.body).toEqual(first.body);
    expect(await count()).toBe(before + 1);
  });

  test('pushed by fifty requests at once is stored once', async () => {
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.sign(3, { event_id: 'e-3' })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  test('an event id used for other contents is refused, and nothing is stored', async () => {
    await app.sign(4, { event_id: 'e-4' });
    const before = await count();
    const other = await app.sign(5, { event_id: 'e-4' });
    expect(other.status).toBe(409);
    expect(other.body.errors).toEqual([{ field: 'event_id', problem: expect.stringContaining('already used') }]);
    expect(await count()).toBe(before);
  });

  test('two different ids for one event are refused', async () => {
    const answer = await app.call('POST', path, { ...aSignature(6), event_id: 'a' }, { 'idempotency-key': 'b' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].field).toBe('Idempotency-Key');
  });
});

describe('the same person again', () => {
  test('gets an answer of the same shape, and no second letter', async () => {
    const first = await app.sign(10);
    const before = await count();
    const letters = (await app.states()).queued;
    const again = await app.sign(10, { email: 'SIGNER10+again@mail10.example', name: 'Somebody else' });
    expect(again.status).toBe(202);
    expect(Object.keys(again.body)).toEqual(Object.keys(first.body));
    expect(again.body.id).not.toBe(first.body.id);
    expect(await count()).toBe(before);
    expect((await app.states()).queued).toBeLessThanOrEqual(letters);
    expect((await audit(app.database)).ok).toBe(true);
  });

  test('learns nothing from the receipt: it looks like that of a letter that just came in', async () => {
    // Mail is shut off by a pause of the pump: both letters are as fresh as can be.
    const first = await app.sign(11);
    const again = await app.sign(11);
    const page = async (url: string) =>
      (await (await fetch(url)).text()).replaceAll(/\/receipts\/[0-9a-v]+/g, '/receipts/X');
    const fresh = await page(again.body.receipt_url);
    expect(fresh).not.toContain('signer11');
    expect(fresh).not.toContain(first.body.id);
  });
});

describe('what is refused', () => {
  test('is told by field, with the remedy and without the value', async () => {
    const answer = await app.sign(20, { email: 'hemlig@@x', name: '' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.errors.map((each: { field: string }) => each.field)).toEqual(['name', 'email']);
    expect(JSON.stringify(answer.body)).not.toContain('hemlig');
  });

  test.each<[string, string, RequestInit, number]>([
    ['no key', path, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }, 401],
    [
      'a made-up key',
      path,
      {
        method: 'POST',
        body: '{}',
        headers: { authorization: 'Bearer todoke_0000000000000000_00000000000000000000000000000000' },
      },
      401,
    ],
  ])('%s', async (_what, url, init, status) => {
    const response = await fetch(app.origin + url, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      title: 'Not signed in',
      detail: expect.stringContaining('todoke key create'),
    });
  });

  test('JSON that is none, a body that is too large, a type that is unknown, a campaign that is not there', async () => {
    expect((await app.call('POST', path, '{nope')).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('not valid JSON'),
    });
    expect((await app.call('POST', path, JSON.stringify({ name: 'x'.repeat(70_000) }))).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('64 KB'),
    });
    expect((await app.call('POST', path, 'x', { 'content-type': 'text/plain' })).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('application/json'),
    });
    expect((await app.call('POST', '/v1/campaigns/none/signatures', {})).status).toBe(404);
    expect((await app.call('GET', '/v1/nothing')).status).toBe(404);
  });

  test('a key of another campaign and a key without the scope', async () => {
    const make = (scopes: ['read'] | ['sign'], campaigns: string[] | null) =>
      createSourceKey(app, { source: 'other', scopes, campaigns });
    for (const key of [await make(['read'], null), await make(['sign'], ['another'])]) {
      expect((await app.call('POST', path, aSignature(21), { authorization: `Bearer ${key}` })).status).toBe(403);
    }
  });

  test('a signature outside the period', async () => {
    const [inside, late] = [app.clock.now(), Date.UTC(2020, 8, 1)];
    app.clock.set(late);
    const answer = await app.sign(22);
    app.clock.set(inside);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('closed on 2020-08-31');
  });
});

describe('a stream of signatures', () => {
  test('gives one result per line, in order, and goes on after a bad line', async () => {
    const lines = [
      JSON.stringify(aSignature(30)),
      'nonsense',
      '',
      JSON.stringify({ ...aSignature(31), name: '' }),
      JSON.stringify(aSignature(32)),
      `{"name":"${'x'.repeat(70_000)}"}`,
    ];
    const answer = await app.call('POST', path, lines.join('\n'), { 'content-type': 'application/x-ndjson' });
    expect(answer.status).toBe(200);
    const results = answer.body
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    expect(results.map((result: { line: number; code: number }) => [result.line, result.code])).toEqual([
      [1, 202],
      [2, 400],
      [3, 400],
      [4, 202],
      [5, 400],
    ]);
  });

  test('of thousands is taken whole, and sent again changes nothing', async () => {
    const body = Array.from({ length: 5_000 }, (_, n) =>
      JSON.stringify({ ...aSignature(100_000 + n), event_id: `many-${n}` }),
    ).join('\n');
    const before = await count();
    const send = () => app.call('POST', path, body, { 'content-type': 'application/x-ndjson' });
    const [first, again] = [await send(), await send()];
    expect(again.body).toBe(first.body);
    expect(first.body.trim().split('\n')).toHaveLength(5_000);
    expect(await count()).toBe(before + 5_000);
  });
});

describe('CloudEvents', () => {
  const event = (n: number, changes: object = {}) => ({
    specversion: '1.0',
    type: 'signature.created',
    source: 'https://site.example',
    id: `ce-${n}`,
    subject: campaign,
    data: aSignature(n),
    ...changes,
  });

  test('structured, binary and batch mode are the same events', async () => {
    const structured = await app.call('POST', '/v1/events', event(40), {
      'content-type': 'application/cloudevents+json',
    });
    expect(structured.status).toBe(202);
    const { data, ...attributes } = event(40);
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    expect((await app.call('POST', '/v1/events', data, headers)).body).toEqual(structured.body);
    const batch = await app.call('POST', '/v1/events', [event(40), event(41), event(42, { type: 'other' })], {
      'content-type': 'application/cloudevents-batch+json',
    });
    expect(batch.status).toBe(207);
    expect(batch.body.map((result: { code: number }) => result.code)).toEqual([202, 202, 400]);
    expect(batch.body[0].id).toBe(structured.body.id);
  });
});
