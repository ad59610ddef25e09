import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { createS3Files } from '../../src/petitions/files/s3-files.ts';
import { readS3Url } from '../../src/petitions/files/s3-url.ts';
import type { PetitionFiles, StoredFile } from '../../src/petitions/petition-files.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import { waitFor } from '../support/wait-for.ts';

const serial = '2020-0001';
const pdf = 'petition-2020-0001-volume-1.pdf';
const patience = { answer: 10_000, silence: 500, pauses: [1, 1] };
/** The key and the secret of the test server, also as they stand in a URL. */
const secrets = /key.{1,3}of|s3cr3t|wrong-one/;

let server: S3Server;
let files: PetitionFiles;
beforeEach(async () => {
  server = await startS3Server();
  files = at(server.url());
});
afterEach(() => server.close());

const at = (url: string, answer = patience.answer): PetitionFiles =>
  createS3Files(readS3Url(url), { ...patience, answer });

/** What `check()` says; throws when it says nothing, or a secret. */
async function complaint(promise: Promise<unknown> | undefined): Promise<AppError> {
  const error = await promise?.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError: ${inspect(error)}`);
  expect(error.code).toBe('unavailable');
  expect(inspect(error, { depth: 9, showHidden: true }).replaceAll(/\n +at .*/g, '')).not.toMatch(secrets);
  return error;
}

async function opened(found: StoredFile | undefined): Promise<Readable> {
  if (!found) throw new Error('nothing found');
  return found.read();
}

describe('the check of a bucket', () => {
  test('writes and reads there, and needs no other right', async () => {
    await files.check();
    expect(server.requests).toEqual(['PUT', 'GET'].map((method) => `${method} /petitions/some/prefix/todoke-check`));
  });

  test.each([
    [
      'a bucket that is not there',
      { bucket: 'nowhere' },
      /s3:\/\/nowhere\/some\/prefix .*404 NoSuchBucket. Make the b/,
    ],
    ['a wrong secret', { secret: 'wrong-one' }, /403 SignatureDoesNotMatch. Correct key and secret/],
    ['a wrong key', { key: 'wrong-one' }, /403 InvalidAccessKeyId. Correct key and secret/],
    ['a wrong region', { region: 'us-east-1' }, /400 AuthorizationHeaderMalformed. Name the bucket's region/],
  ])('complains of %s', async (_, changes, words) => {
    expect((await complaint(at(server.url(changes)).check())).message).toMatch(words);
  });

  test('complains of a server that is down', async () => {
    await server.close();
    const words = `at 127.0.0.1:${server.port}: the store cannot be reached (ECONNREFUSED). Correct host and port`;
    expect((await complaint(files.check())).message).toContain(words);
    server = await startS3Server();
  });

  test('complains of a host without a name, and of TLS where there is none', async () => {
    const nameless = at('s3+http://wrong-one:wrong-one@store.invalid/petitions');
    expect((await complaint(nameless.check())).message).toMatch(
      /at store.invalid: .*reached \((ENOTFOUND|EAI_AGAIN)\)/,
    );
    const withoutTls = at(server.url().replace('s3+http', 's3'));
    expect((await complaint(withoutTls.check())).message).toMatch(/reached \(ERR_SSL_\w+\).*s3\+http/);
  });

  test.each([
    ['a right that is missing', { status: 403, code: 'AccessDenied' }, /AccessDenied.*allow this key to get and put/],
    ['a wrong clock', { status: 403, code: 'RequestTimeTooSkewed' }, /Set this machine's clock/],
    ['another region by a redirect', { status: 301, location: 'http://127.0.0.1:1/' }, /301 Odd. Name the bucket's re/],
    ['words that are none of S3', { status: 400, code: '<b>key&of</b>' }, /answered 400. Look into the log/],
  ] as const)('complains of %s', async (_, mood, words) => {
    server.become((request) => (request.startsWith('GET') ? mood : 'ordinary'));
    expect((await complaint(files.check())).message).toMatch(words);
  });
});

describe('a store in trouble', () => {
  const failing = (times: number, status = 503) => {
    let left = times;
    server.become(() => (left-- > 0 ? { status, code: 'SlowDown' } : 'ordinary'));
  };

  test.each([503, 500, 429])('that answers %s twice is asked a third time', async (status) => {
    failing(2, status);
    await files.write(serial, pdf, 'names');
    failing(2, status);
    const found = await files.find(serial, pdf);
    failing(2, status);
    expect((await buffer(await opened(found))).toString()).toBe('names');
    expect(server.requests.map((line) => line.slice(0, 4).trim())).toEqual(
      ['PUT', 'HEAD', 'GET'].flatMap((method) => [method, method, method]),
    );
  });

  test('is not asked a fourth time', async () => {
    failing(Infinity);
    const error = await complaint(files.write(serial, pdf, 'names'));
    expect(error.message).toBe(
      `${pdf} could not be written to s3://petitions/some/prefix/2020-0001: the store answered 503 SlowDown. Look into the log of the store.`,
    );
    expect(error.retryAfter).toBe(30);
    expect(server.requests.length).toBe(3);
    expect((await complaint(files.find(serial, pdf))).message).toMatch(
      /cannot be read now, their store answered 503: ask/,
    );
    expect(server.requests.length).toBe(6);
  });

  test('that refuses is asked once', async () => {
    server.become(() => ({ status: 403, code: 'AccessDenied' }));
    await complaint(files.write(serial, pdf, 'names'));
    expect(server.requests.length).toBe(1);
  });

  test('never takes names to where a redirect points', async () => {
    const other = await startS3Server();
    server.become(() => ({ status: 307, location: `http://127.0.0.1:${other.port}/petitions/x` }));
    expect((await complaint(files.write(serial, pdf, 'names'))).message).toMatch(/answered 307/);
    expect(other.requests).toEqual([]);
    await other.close();
  });

  test('that is silent is left after its time, and its connections are closed', async () => {
    await files.write(serial, pdf, 'names');
    server.become(() => 'silent');
    const hasty = at(server.url(), 100);
    const attempts = [hasty.check(), hasty.write(serial, pdf, 'names'), hasty.find(serial, pdf)];
    for (const said of await Promise.all(attempts.map(complaint)))
      expect(said.message).toContain('reached (ETIMEDOUT)');
    await waitFor(server.answering, (n) => n === 0, 'closed connections');
  });

  test('that falls silent half-way ends the stream with an error', async () => {
    await files.write(serial, pdf, randomBytes(2_000_000));
    const found = await files.find(serial, pdf);
    server.become(() => 'half');
    await expect(buffer(await opened(found))).rejects.toThrow('the store fell silent half-way');
    await waitFor(server.answering, (n) => n === 0, 'a closed connection');
  });

  test('that dies half-way ends the stream with an error', async () => {
    await files.write(serial, pdf, randomBytes(2_000_000));
    const found = await files.find(serial, pdf);
    server.become(() => 'half');
    const stream = await opened(found);
    await once(stream, 'readable');
    server.breakOff();
    await expect(buffer(stream)).rejects.toThrow('the store broke off half-way');
  });

  test('that has another file by now is not believed', async () => {
    await files.write(serial, pdf, 'old names');
    const found = await files.find(serial, pdf);
    await files.write(serial, pdf, Buffer.alloc(32_000_000));
    expect((await complaint(found?.read())).message).toMatch(/gave another file/);
    expect((await complaint(found?.read({ start: 1, end: 8 }))).message).toMatch(/gave another file/);
    // At once: sooner or later the garbage collector closes what nobody holds.
    await waitFor(server.answering, (n) => n === 0, 'closed connections', 1_000);
  });
});

describe('a stream from a store', () => {
  const size = 64_000_000;

  test('waits for its reader and holds little of the file meanwhile', async () => {
    await files.write(serial, pdf, Buffer.alloc(size, 7));
    const stream = await opened(await files.find(serial, pdf));
    await once(stream, 'readable');
    // Longer than the store itself may be silent.
    await pause(2 * patience.silence);
    expect(server.sent()).toBeLessThan(size / 2);
    let length = 0;
    for await (const chunk of stream) length += (chunk as Buffer).length;
    expect(length).toBe(size);
  });

  test('that is destroyed closes its connection at once', async () => {
    await files.write(serial, pdf, Buffer.alloc(size, 7));
    const stream = await opened(await files.find(serial, pdf));
    await once(stream, 'readable');
    expect(server.answering()).toBe(1);
    stream.destroy();
    await waitFor(server.answering, (n) => n === 0, 'a closed connection');
    expect(server.sent()).toBeLessThan(size / 2);
  });
});
