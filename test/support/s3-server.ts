/**
 * An S3 server on a free port: s3rver, with what it lacks of S3 put before and behind it.
 *
 * s3rver 3.7 is old. It takes any version 4 signature (its source says "unimplemented"), so a wrong secret would
 * pass: here signature and region are checked before it sees the request. Its own store writes objects in place,
 * answers before they are on disk and reads `bytes=0-0` as the whole: here a map in memory takes its place, with
 * the promise of S3 that an object is the old one or the new.
 */
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import S3rver from 's3rver';
import S3Object from 's3rver/lib/models/object.js';

const region = 'test-region-1';
const keyId = 'key+of/todoke';
const secret = 's3cr3t/with+odd@signs:%';

/** What the server makes of a request; `silent` never answers, `half` falls silent in the middle of a file. */
export type Mood = 'ordinary' | 'silent' | 'half' | { status: number; code?: string; location?: string };

export interface S3Server {
  port: number;
  /** `FILES_URL` of the bucket `petitions`; with changes of what stands in it. */
  url(changes?: Partial<Record<'key' | 'secret' | 'bucket' | 'region' | 'port', string>>): string;
  /** `PUT /bucket/key` and so on, in the order they came. */
  requests: string[];
  /** Asked for each request from now on. */
  become(mood: (request: string) => Mood): void;
  /** Bytes that went out, and answers that are under way. */
  sent(): number;
  answering(): number;
  /** Cuts every connection. */
  breakOff(): void;
  close(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'todoke-s3-'));
  const s3rver = new S3rver({
    directory,
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: 'petitions' }],
  });
  await s3rver.configureBuckets();
  const handle = s3rver.callback();
  let moodOf = (_request: string): Mood => 'ordinary';
  let half = false;
  keepInMemory(s3rver, () => half);

  const requests: string[] = [];
  const answers = new Set<ServerResponse>();
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    answers.add(response);
    response.on('close', () => answers.delete(response));
    const mood = complaint(request) ?? moodOf(line);
    half = mood === 'half';
    if (mood === 'silent') return;
    if (typeof mood === 'object') return refuse(request, response, mood);
    // It knows one key only, which is not ours.
    delete request.headers.authorization;
    handle(request, response);
  });
  server.on('connection', (socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url(changes = {}) {
      const at = { key: keyId, secret, bucket: 'petitions', region, port: String(port), ...changes };
      const credentials = `${encodeURIComponent(at.key)}:${encodeURIComponent(at.secret)}`;
      return `s3+http://${credentials}@127.0.0.1:${at.port}/${at.bucket}/some/prefix?region=${at.region}`;
    },
    requests,
    become: (mood) => void (moodOf = mood),
    sent: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    answering: () => answers.size,
    breakOff: () => server.closeAllConnections(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      rmSync(directory, { recursive: true });
    },
  };
}

function keepInMemory({ store }: S3rver, half: () => boolean): void {
  const objects = new Map<string, { bytes: Buffer; md5: string }>();
  store.putObject = async ({ bucket, key, content }) => {
    const bytes = await buffer(content as Readable);
    const md5 = createHash('md5').update(bytes).digest('hex');
    objects.set(`${bucket}/${key}`, { bytes, md5 });
    return { size: bytes.length, md5 };
  };
  store.getObject = (bucket, key, { start, end } = {}) => {
    const stored = objects.get(`${bucket}/${key}`);
    if (!stored) return Promise.resolve(null);
    const { bytes, md5 } = stored;
    const range = { start: start ?? 0, end: Math.min(end ?? Infinity, bytes.length - 1) };
    const wanted = bytes.subarray(range.start, range.end + 1);
    const outside = start !== undefined && wanted.length === 0;
    const object = new S3Object(bucket, key, outside ? null : Readable.from(pieces(wanted, half())), {
      'content-length': String(bytes.length),
      'last-modified': 'Fri, 29 May 2020 00:00:00 GMT',
      etag: `"${md5}"`,
    });
    if (start !== undefined) object.range = range;
    return Promise.resolve(object);
  };
}

async function* pieces(bytes: Buffer, half: boolean): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    if (half && at > bytes.length / 2) await new Promise(() => undefined);
    yield bytes.subarray(at, at + 65_536);
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, mood: Exclude<Mood, string>): void {
  request.resume();
  response.writeHead(mood.status, {
    'content-type': 'application/xml',
    ...(mood.location === undefined ? {} : { location: mood.location }),
  });
  // Real stores tell the key and what should have been signed.
  response.end(`<Error><Code>${mood.code ?? 'Odd'}</Code><AWSAccessKeyId>${keyId}</AWSAccessKeyId></Error>`);
}

/** What S3 holds against the signature of a request (AWS Signature Version 4, in the header). */
function complaint(request: IncomingMessage): Exclude<Mood, string> | undefined {
  const { headers, method = '' } = request;
  const header =
    /^AWS4-HMAC-SHA256 Credential=(.+?)\/(\d{8}\/(.+?)\/s3\/aws4_request), ?SignedHeaders=(.+?), ?Signature=(.+)$/;
  const [, key, scope = '', inRegion, names = '', signature] = header.exec(headers.authorization ?? '') ?? [];
  if (key !== keyId) return { status: 403, code: 'InvalidAccessKeyId' };
  if (inRegion !== region) return { status: 400, code: 'AuthorizationHeaderMalformed' };
  const { pathname, searchParams } = new URL(`http://x${request.url}`);
  searchParams.sort();
  const signed = names.split(';').map((name) => `${name}:${String(headers[name])}`);
  const payload = String(headers['x-amz-content-sha256']);
  const canonical = [method, pathname, searchParams.toString(), ...signed, '', names, payload].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  const hmac = (by: string | Buffer, text: string): Buffer => createHmac('sha256', by).update(text).digest();
  const signing = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(signing, toSign).toString('hex') === signature
    ? undefined
    : { status: 403, code: 'SignatureDoesNotMatch' };
}
