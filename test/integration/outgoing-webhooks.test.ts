import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { webhookDeliveryTable } from '../../src/webhooks/webhook-delivery-table.ts';
import { webhookEventTable } from '../../src/webhooks/webhook-event-table.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const secret = Buffer.alloc(32, 7);

/** An endpoint of somebody else's: what it heard, and what it answers next. */
interface Listener {
  heard: { headers: IncomingHttpHeaders; body: string }[];
  answer: (count: number) => { status: number; headers?: Record<string, string>; body?: string };
}

const listeners: [Listener, Listener] = [
  { heard: [], answer: () => ({ status: 204 }) },
  { heard: [], answer: () => ({ status: 204 }) },
];
let server: Server;
let app: TestApp;

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const listener = listeners[request.url === '/second' ? 1 : 0];
      listener.heard.push({ headers: request.headers, body });
      const { status, headers = {}, body: said = '' } = listener.answer(listener.heard.length);
      response.writeHead(status, headers).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const at = (path: string): string => `http://127.0.0.1:${port}${path}#whsec_${secret.toString('base64')}`;
  app = await startTestApp({ env: { WEBHOOKS: `${at('/first')} ${at('/second')}` } });
});
afterAll(async () => {
  await app.stop();
  server.close();
});
beforeEach(() => {
  for (const listener of listeners) {
    listener.heard.length = 0;
    listener.answer = () => ({ status: 204 });
  }
});

let mode: 'hand' | 'mail' = 'mail';
/** Makes one fact. */
async function switchChannel(): Promise<void> {
  mode = mode === 'mail' ? 'hand' : 'mail';
  const body = { mode, reason: 'Mamoru at the gate asked for it' };
  expect((await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, body)).status).toBe(200);
}

const heardBy = (listener: Listener, n: number) =>
  waitFor(
    () => listener.heard,
    (heard) => heard.length >= n,
    `${n} webhooks`,
  );
const [first, second] = listeners;
const typeOf = ({ body }: { body: string }): string => JSON.parse(body).type;

test('every endpoint is told of a fact, signed, and of no person', async () => {
  await switchChannel();
  for (const listener of listeners) {
    const [hook] = await heardBy(listener, 1);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = hook?.headers ?? {};
    const mac = createHmac('sha256', secret)
      .update(`${String(id)}.${String(at)}.${hook?.body}`)
      .digest('base64');
    expect(signature).toBe(`v1,${mac}`);
    expect(Number(at) * 1000).toBe(Math.floor(app.clock.now() / 1000) * 1000);
    expect(hook?.headers['content-type']).toBe('application/json');
    const { type, timestamp, data } = JSON.parse(hook?.body ?? '');
    expect(type).toBe('channel.switched');
    expect(Date.parse(timestamp)).toBe(app.clock.now());
    expect(data).toEqual({
      switch: expect.any(String),
      target,
      from: 'mail',
      to: 'hand',
      rule: 'override',
      by: 'staff',
    });
  }
});

test('the facts of a petition come with numbers alone, each once', async () => {
  for (let n = 1; n <= 3; n += 1) await app.sign(n);
  await app.until({ for_hand: 3 });
  const { body: petition } = await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
  await waitFor(
    async () => (await app.call('GET', `/v1/petitions/${petition.id}`)).body.files_ready,
    (isReady) => isReady,
    'its files',
  );
  const report = { outcome: 'accepted', at: new Date(app.clock.now()).toISOString(), place: 'Mamoru at the gate' };
  expect((await app.call('POST', `/v1/petitions/${petition.id}/hand-ins`, report)).status).toBe(201);
  const hooks = await heardBy(first, 4);
  expect(hooks.map(typeOf).toSorted()).toEqual([
    'petition.files-ready',
    'petition.hand-in-recorded',
    'petition.handed-in',
    'petition.sealed',
  ]);
  const { id, serial, digest } = petition;
  for (const { body } of hooks) {
    expect(JSON.parse(body).data).toMatchObject({
      petition: id,
      serial,
      campaign,
      target,
      names: 3,
      volumes: 1,
      digest,
    });
    expect(body).not.toMatch(/人権|Mamoru|gate|signer|mail\d/);
  }
  await heardBy(second, 4);
});

test('one that fails is told again with the same id, and the others are told meanwhile', async () => {
  first.answer = (count) => (count === 1 ? { status: 500, body: 'x'.repeat(1_000_000) } : { status: 200 });
  await switchChannel();
  await heardBy(second, 1);
  await heardBy(first, 1);
  await waitFor(
    () => app.database.read.findBy(webhookDeliveryTable, { status: 500 }),
    (rows) => rows.length === 1 && (rows[0]?.dueAt ?? 0) > app.clock.now(),
    'the next try put down',
  );
  app.clock.move(minute);
  const [once, again] = await heardBy(first, 2);
  expect(again?.headers['webhook-id']).toBe(once?.headers['webhook-id']);
  expect(again?.body).toBe(once?.body);
  expect(Number(again?.headers['webhook-timestamp'])).toBe(Number(once?.headers['webhook-timestamp']) + 60);
  expect(second.heard).toHaveLength(1);
});

test('a redirect is not followed, and a wait that is asked for is kept', async () => {
  const elsewhere = { location: '/second' };
  first.answer = (count) =>
    count === 1 ? { status: 307, headers: { ...elsewhere, 'retry-after': '7200' } } : { status: 200 };
  await switchChannel();
  await heardBy(second, 1);
  const row = await waitFor(
    () => app.database.read.findOneBy(webhookDeliveryTable, { status: 307 }),
    (found) => found !== null,
    'the redirect noted',
  );
  expect(row?.dueAt).toBe(app.clock.now() + 2 * hour);
  expect(second.heard).toHaveLength(1);
  app.clock.move(2 * hour);
  await heardBy(first, 2);
});

test('one that wants no more of it is asked no more; one that is away for days is given up, and counted', async () => {
  first.answer = () => ({ status: 410 });
  second.answer = () => ({ status: 503 });
  await switchChannel();
  // Hours that pass while it answers would look like silence.
  await waitFor(
    () => app.database.read.findBy(webhookDeliveryTable, { result: 'gone' }),
    (rows) => rows.length > 0,
    'the one that is gone',
  );
  const [givenUp] = await waitFor(
    async () => {
      app.clock.move(hour);
      return app.database.read.findBy(webhookDeliveryTable, { result: 'given-up' });
    },
    (rows) => rows.length > 0,
    'the end of it',
  );
  expect(givenUp).toMatchObject({ status: 503, endedAt: expect.any(Number) });
  expect(first.heard).toHaveLength(1);
  // Counted after the commit.
  await waitFor(
    async () => {
      const metrics = await metricsOf(app);
      return ['given-up', 'gone'].map((result) => metrics.sum('todoke_webhooks_total', { result }));
    },
    (counted) => counted.every((n) => n >= 1),
    'the counts of both ends',
  );
  const metrics = await metricsOf(app);
  expect(metrics.sum('todoke_webhooks_total', { result: 'given-up' })).toBe(1);
  expect(metrics.sum('todoke_webhooks_total', { result: 'gone' })).toBe(1);
});

test('what is old is forgotten', async () => {
  app.clock.move(91 * day);
  await waitFor(
    async () => [await app.database.read.count(webhookEventTable), await app.database.read.count(webhookDeliveryTable)],
    ([events, deliveries]) => events === 0 && deliveries === 0,
    'empty tables',
  );
});
