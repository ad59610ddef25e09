/** Signs over HTTP as fast as it is answered: requests on kept connections, made beforehand, over bare sockets. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { answer } from '../answer.ts';
import { signatureOf } from '../people.ts';

export interface Door {
  port: number;
  path: string;
  key: string;
}

export interface Burst extends Door {
  /** Number of the first signer; each request is another one. */
  first: number;
  count: number;
  connections: number;
}

function requestOf({ port, path, key }: Door, n: number): Buffer {
  const body = signatureOf(n);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${key}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** One connection with one request under way at a time. `answered` gets the status of each. */
function converse(port: number, next: () => Buffer | undefined, answered: (status: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let held: Buffer = Buffer.alloc(0);
    const ask = (): void => {
      const request = next();
      if (request) socket.write(request);
      else socket.end();
    };
    socket.once('connect', ask);
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const head = held.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(held.toString('latin1', 0, head))?.[1]);
      if (Number.isNaN(length)) return void socket.destroy(new Error('an answer without a length'));
      if (held.length < head + 4 + length) return;
      answered(held.toString('latin1', 9, 12));
      held = Buffer.alloc(0);
      ask();
    });
  });
}

export const httpLoad = {
  /** Resolves with 202s per second; throws when anything else was answered. */
  async burst(burst: Burst): Promise<number> {
    const requests = Array.from({ length: burst.count }, (_, n) => requestOf(burst, burst.first + n));
    const others = new Map<string, number>();
    let sent = 0;
    const next = (): Buffer | undefined => requests[sent++];
    const answered = (status: string): void => {
      if (status !== '202') others.set(status, (others.get(status) ?? 0) + 1);
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: burst.connections }, () => converse(burst.port, next, answered)));
    const seconds = (performance.now() - start) / 1_000;
    if (others.size > 0) throw new Error(`answers other than 202: ${JSON.stringify([...others])}`);
    return burst.count / seconds;
  },

  /** One request with one line a signature. Resolves with accepted lines per second. */
  async stream({ first, count, ...door }: Door & { first: number; count: number }): Promise<number> {
    const pieces: Buffer[] = [];
    for (let n = 0; n < count; n += 200) {
      const lines = Array.from({ length: Math.min(200, count - n) }, (_, i) => `${signatureOf(first + n + i)}\n`);
      pieces.push(Buffer.from(lines.join('')));
    }
    const start = performance.now();
    const request = httpRequest({
      host: '127.0.0.1',
      port: door.port,
      path: door.path,
      method: 'POST',
      headers: { authorization: `Bearer ${door.key}`, 'content-type': 'application/x-ndjson' },
    });
    const answers = once(request, 'response') as Promise<[IncomingMessage]>;
    void (async () => {
      for (const piece of pieces) if (!request.write(piece)) await once(request, 'drain');
      request.end();
    })();
    const [response] = await answers;
    let accepted = 0;
    let held = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const lines = (held + chunk.toString('latin1')).split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) if (line.includes('"code":202')) accepted += 1;
    }
    const seconds = (performance.now() - start) / 1_000;
    if (accepted !== count) throw new Error(`${accepted} of ${count} lines were accepted`);
    return count / seconds;
  },
};

answer(httpLoad);
