import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express, { type Response } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { sendStoredFile } from '../../src/web/api/send-stored-file.ts';

/** Asks for a file that is read like this; what became of the answer, and how to go away from it. */
async function askFor(read: (response: Response) => Promise<Readable>) {
  const ended = Promise.withResolvers<void>();
  const door = express().get('/', (request, response) => {
    const file = { size: 2, read: () => read(response) };
    sendStoredFile(request, response, file, { name: 'x', type: 'text/csv', version: 'y' }).then(
      ended.resolve,
      ended.reject,
    );
  });
  const listening = door.listen(0, '127.0.0.1');
  onTestFinished(() => void listening.close());
  await once(listening, 'listening');
  const request = get({ host: '127.0.0.1', port: (listening.address() as AddressInfo).port });
  request.on('error', () => undefined);
  return { ended: ended.promise, request };
}

test('a file whose reader left before the store answered is let go', async () => {
  const stream = Readable.from(['ab']);
  const asked = Promise.withResolvers<void>();
  const { ended, request } = await askFor(async (response) => {
    asked.resolve();
    await once(response, 'close');
    return stream;
  });
  await asked.promise;
  request.destroy();
  await ended;
  expect(stream.destroyed).toBe(true);
});

test('a reader who leaves half-way is no accident', async () => {
  const stream = new Readable({ read: () => undefined });
  const { ended, request } = await askFor(() => Promise.resolve(stream));
  stream.push('a');
  await once(request, 'response');
  request.destroy();
  await ended;
  expect(stream.destroyed).toBe(true);
});

test('a store that breaks off half-way is one, and the reader is cut off', async () => {
  const stream = new Readable({ read: () => undefined });
  const { ended, request } = await askFor(() => Promise.resolve(stream));
  stream.push('a');
  const [response] = await once(request, 'response');
  const cut = once(response, 'aborted');
  stream.destroy(new Error('broke off'));
  await expect(ended).rejects.toThrow('broke off');
  await cut;
});
