import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { campaignsChanged } from '../support/campaigns-changed.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const headersOf = (app: TestApp) => ({ authorization: `Bearer ${app.key}` });

/** Signs, and seals the name; the path of the petition. */
async function compiled(app: TestApp, n = 1): Promise<string> {
  const channel = `/v1/campaigns/${campaign}/targets/${target}/channel`;
  if (n === 1) await app.call('POST', channel, { mode: 'hand', reason: 'mail is refused' });
  await app.sign(n);
  await app.until({ for_hand: 1 });
  return `/v1/petitions/${(await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target })).body.id}`;
}

const ready = (app: TestApp, path: string): Promise<{ serial: string }> =>
  waitFor(
    async () => (await app.call('GET', path)).body,
    (seen) => seen.files_ready,
    'its files',
  );

describe.each(['a folder', 'an S3 store'])('a petition kept in %s', (kind) => {
  let server: S3Server | undefined;
  let app: TestApp;
  let path: string;
  let serial: string;
  let pdf: Buffer;

  beforeAll(async () => {
    server = kind === 'a folder' ? undefined : await startS3Server();
    app = await startTestApp({ env: server ? { FILES_URL: server.url() } : {} });
    path = await compiled(app);
    ({ serial } = await ready(app, path));
    pdf = Buffer.from(await (await ask('GET', '/volumes/1.pdf')).arrayBuffer());
  });
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
    await server?.close();
  });

  const ask = (method: string, file: string, more?: Record<string, string>) =>
    fetch(app.origin + path + file, { method, headers: { ...headersOf(app), ...more } });
  const of = (response: Response, ...names: string[]) => names.map((name) => response.headers.get(name));

  test('is downloaded whole, to be kept by nobody on the way', async () => {
    const response = await ask('GET', '/volumes/1.pdf');
    expect(response.status).toBe(200);
    expect(of(response, 'content-type', 'content-length', 'accept-ranges', 'cache-control')).toEqual([
      'application/pdf',
      String(pdf.length),
      'bytes',
      'private, no-store',
    ]);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="petition-${serial}-volume-1.pdf"`);
    expect(Buffer.from(await response.arrayBuffer()).equals(pdf)).toBe(true);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const names = await ask('GET', '/names.csv');
    expect(of(names, 'content-type', 'content-disposition')).toEqual([
      'text/csv; charset=utf-8',
      `attachment; filename="petition-${serial}-names.csv"`,
    ]);
    expect(await names.text()).toContain('人権 守 1');
  });

  test('gives its table with the mark that spreadsheets want, or without', async () => {
    const table = async (query: string, more?: Record<string, string>) => {
      const response = await ask('GET', `/names.csv${query}`, more);
      return { response, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const [plain, marked, bare] = [await table(''), await table('?bom=1'), await table('?bom=0')];
    expect(plain.bytes.equals(marked.bytes)).toBe(true);
    expect(marked.bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
    expect(bare.bytes.equals(marked.bytes.subarray(3))).toBe(true);
    expect(bare.response.headers.get('content-length')).toBe(String(bare.bytes.length));
    expect(bare.response.headers.get('etag')).not.toBe(marked.response.headers.get('etag'));
    const part = await table('?bom=0', { range: 'bytes=2-9' });
    expect([part.response.status, part.bytes.toString()]).toEqual([206, bare.bytes.subarray(2, 10).toString()]);
    expect(part.response.headers.get('content-range')).toBe(`bytes 2-9/${bare.bytes.length}`);
    expect((await table('?bom=2')).response.status).toBe(400);
  });

  test('has no letter of names where its campaign asks for none', async () => {
    const response = await ask('GET', '/letters/1.pdf');
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('no letter of names')]);
  });

  test('tells its size and type without its bytes', async () => {
    const response = await ask('HEAD', '/volumes/1.pdf', { range: 'bytes=0-9' });
    expect(response.status).toBe(200);
    const same = await ask('GET', '/volumes/1.pdf');
    await same.body?.cancel();
    const told = ['content-length', 'content-type', 'content-disposition', 'etag', 'accept-ranges', 'cache-control'];
    expect(of(response, ...told)).toEqual(of(same, ...told));
    expect(await response.text()).toBe('');
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=10-99999999', 10, undefined],
    ['bytes=0-4,5-9', 0, 10],
  ])('is downloaded in part: %s', async (range, from, to) => {
    const response = await ask('GET', '/volumes/1.pdf', { range });
    const wanted = pdf.subarray(from, to);
    const start = from < 0 ? pdf.length + from : from;
    expect(response.status).toBe(206);
    expect(of(response, 'content-range', 'content-length', 'content-type', 'cache-control')).toEqual([
      `bytes ${start}-${start + wanted.length - 1}/${pdf.length}`,
      String(wanted.length),
      'application/pdf',
      'private, no-store',
    ]);
    expect(Buffer.from(await response.arrayBuffer()).equals(wanted)).toBe(true);
  });

  test.each(['bytes=0-1,50-60', 'lines=1-2', 'bytes=x'])('is downloaded whole where %s is asked', async (range) => {
    const response = await ask('GET', '/volumes/1.pdf', { range });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(pdf)).toBe(true);
  });

  test('has no bytes behind its end', async () => {
    const {
      status,
      body,
      headers: told,
    } = await app.call('GET', `${path}/volumes/1.pdf`, undefined, {
      range: `bytes=${pdf.length}-`,
    });
    expect([status, told.get('content-range')]).toEqual([416, `bytes */${pdf.length}`]);
    expect(told.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(told.get('content-disposition')).toBeNull();
    expect(body).toMatchObject({ status: 416, detail: expect.stringContaining(`${pdf.length} bytes`) });
  });

  test('goes on where a download broke off, if it is still the same file', async () => {
    const [etag = ''] = of(await ask('HEAD', '/volumes/1.pdf'), 'etag');
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    for (const [ifRange, status] of [
      [etag ?? '', 206],
      ['"another"', 200],
    ] as const) {
      const response = await ask('GET', '/volumes/1.pdf', { range: 'bytes=5-', 'if-range': ifRange });
      expect(response.status).toBe(status);
      await response.arrayBuffer();
    }
  });

  test.skipIf(!existsSync('/proc/self/fd'))('is streamed, and let go when the client goes away', async () => {
    const file = `petition-${serial}-volume-1.pdf`;
    const size = 64_000_000;
    await app.files.write(serial, file, Buffer.alloc(size));
    const openFiles = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).endsWith(file);
        } catch {
          return false;
        }
      }).length;
    const held = () => (server ? server.answering() : openFiles());
    const before = server?.sent() ?? 0;
    const request = get(app.origin + `${path}/volumes/1.pdf`, { headers: headersOf(app) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'readable');
    expect(held()).toBe(1);
    request.destroy();
    await waitFor(held, (n) => n === 0, 'everything let go');
    if (server) expect(server.sent() - before).toBeLessThan(size / 2);
    await app.files.write(serial, file, pdf);
    expect((await ask('GET', '/volumes/1.pdf')).status).toBe(200);
  });
});

describe('a store in trouble', () => {
  let server: S3Server;
  let app: TestApp;
  let path: string;
  beforeAll(async () => {
    server = await startS3Server();
    app = await startTestApp({ env: { FILES_URL: server.url() } });
    path = await compiled(app);
  });
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
    await server.close();
  });

  test('holds up the files of a petition until it is well, and nothing else', async () => {
    server.become(() => ({ status: 403, code: 'AccessDenied' }));
    const again = await compiled(app, 4);
    await waitFor(
      () => server.requests,
      (lines) => lines.filter((line) => line.startsWith('PUT') && line.includes('0002')).length > 0,
      'a try',
    );
    const failed = await waitFor(
      async () => (await app.call('GET', again)).body,
      (seen) => seen.failure !== undefined,
      'the failure to be noted',
    );
    expect(failed).toMatchObject({ state: 'sealed', files_ready: false, failure: { times: 1, name: null } });
    expect(failed.failure.reason).toContain('answered 403');
    const tries = server.requests.length;
    server.become(() => 'ordinary');
    // Not at every sweep: a store in trouble is left in peace.
    app.clock.move(4_000);
    expect((await app.call('GET', again)).body.files_ready).toBe(false);
    expect(server.requests).toHaveLength(tries);
    app.clock.move(1_000);
    expect((await ready(app, again)) as object).not.toHaveProperty('failure');
  });

  test.each(['HEAD', 'GET'])('that fails at %s is told as a problem, with a time to come back', async (method) => {
    await ready(app, path);
    server.become((line) => (line.startsWith(method) ? { status: 403, code: 'AccessDenied' } : 'ordinary'));
    const { status, headers, body } = await app.call('GET', `${path}/volumes/1.pdf`);
    expect([status, headers.get('retry-after')]).toEqual([503, '30']);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('content-disposition')).toBeNull();
    expect(body.detail).toMatch(/^The petition files cannot be read now, their store answered 403.*: ask again/);
    expect(body.detail).not.toMatch(/127\.0\.0\.1|prefix/);
  });

  test('that lost a file says so', async () => {
    server.become(() => ({ status: 404, code: 'NoSuchKey' }));
    const { status, body } = await app.call('GET', `${path}/names.csv`);
    expect([status, body.detail]).toEqual([404, expect.stringContaining('ask the operators')]);
  });

  test('that breaks off half-way breaks off the download, not the service', async () => {
    server.become(() => 'ordinary');
    const file = 'petition-2020-0001-volume-1.pdf';
    await app.files.write('2020-0001', file, Buffer.alloc(2_000_000));
    server.become(() => 'half');
    const response = await fetch(`${app.origin}${path}/volumes/1.pdf`, { headers: headersOf(app) });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '2000000']);
    server.breakOff();
    await expect(response.arrayBuffer()).rejects.toThrow('terminated');
    server.become(() => 'ordinary');
    expect((await app.call('HEAD', `${path}/volumes/1.pdf`)).status).toBe(200);
  });

  test('stops the start', async () => {
    server.become(() => 'ordinary');
    await expect(startTestApp({ env: { FILES_URL: server.url({ bucket: 'nowhere' }) } })).rejects.toThrow(
      /cannot be kept in s3:\/\/nowhere\/some\/prefix .*Make the bucket/,
    );
  });
});

test('a campaign that wants a letter of names has one beside each volume', async () => {
  const app = await startTestApp({
    env: { CAMPAIGNS_DIR: campaignsChanged((document) => document.setIn(['petition', 'namesLetter'], true)) },
  });
  try {
    const path = await compiled(app);
    const { serial } = await ready(app, path);
    const response = await fetch(`${app.origin}${path}/letters/1.pdf`, { headers: headersOf(app) });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="petition-${serial}-letter-1.pdf"`);
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1', 0, 5)).toBe('%PDF-');
    expect((await app.call('GET', `${path}/letters/2.pdf`)).status).toBe(404);
  } finally {
    await app.stop();
  }
});
