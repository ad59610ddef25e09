import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { base32hex, idPattern, newId } from '../../src/ids.ts';
import { readReceiptToken, receiptToken } from '../../src/intake/receipt-token.ts';
import { relayOf } from '../../src/outbox/relay-pool.ts';
import { createGroupCommit } from '../../src/storage/group-commit.ts';
import { ndjsonLines, type NdjsonLine } from '../../src/web/ndjson-lines.ts';
import { toAppError, toProblem } from '../../src/web/problem.ts';

describe('ids', () => {
  test('sort by time and have one shape', () => {
    const ids = [1, 1_000, 1_600_000_000_000, 1_600_000_000_001].map((now) => newId({ now: () => now }));
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(idPattern);
  });

  test('base32hex keeps the order of bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (a, b) => {
          expect(Math.sign(Buffer.compare(a, b))).toBe(
            base32hex(a) < base32hex(b) ? -1 : base32hex(a) > base32hex(b) ? 1 : 0,
          );
        },
      ),
    );
  });
});

describe('receipt tokens', () => {
  const ring = (...keys: [string, string][]) => ({
    current: keys[0]?.[0] ?? '',
    keys: new Map(keys.map(([id, text]) => [id, createSecretKey(Buffer.from(text.padEnd(32, '.')))])),
  });

  test('lead back to their event, also after the key was rotated', () => {
    const id = newId({ now: () => 1 });
    const token = receiptToken(ring(['1', 'old']), id);
    expect(readReceiptToken(ring(['1', 'old']), token)).toBe(id);
    expect(readReceiptToken(ring(['2', 'new'], ['1', 'old']), token)).toBe(id);
    expect(readReceiptToken(ring(['2', 'new']), token)).toBeUndefined();
  });

  test('nothing that differs in one character is a token', () => {
    const token = receiptToken(ring(['1', 'key']), newId({ now: () => 1 }));
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === '0' ? '1' : '0';
      expect(readReceiptToken(ring(['1', 'key']), token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
    }
    for (const text of ['', 'x', token.slice(1), `${token}0`, '守'.repeat(32)])
      expect(readReceiptToken(ring(['1', 'key']), text)).toBeUndefined();
  });
});

describe('a stream of lines', () => {
  const collect = async (chunks: Buffer[], most = 100): Promise<NdjsonLine[]> => {
    const lines: NdjsonLine[] = [];
    for await (const line of ndjsonLines(
      (async function* () {
        yield* chunks;
      })(),
      most,
    ))
      lines.push(line);
    return lines;
  };

  test('is the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/\s/g, 'x'))),
        fc.array(fc.integer({ min: 1, max: 7 })),
        async (texts, cuts) => {
          const bytes = Buffer.from(texts.join('\n'));
          const chunks: Buffer[] = [];
          for (let start = 0, n = 0; start < bytes.length; n += 1) {
            const size = cuts[n % Math.max(cuts.length, 1)] ?? 3;
            chunks.push(bytes.subarray(start, start + size));
            start += size;
          }
          const expected = texts.filter((text) => text !== '').map((text) => ({ text }));
          expect(await collect(chunks, 1_000)).toEqual(expected);
        },
      ),
    );
  });

  test('a line that is too long is reported in its place, however it comes', async () => {
    const text = `short\n${'x'.repeat(101)}\nlast`;
    for (const size of [1, 7, 50, 1_000]) {
      const bytes = Buffer.from(text);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      expect(await collect(chunks)).toEqual([{ text: 'short' }, { tooLong: true }, { text: 'last' }]);
    }
  });
});

describe('group commit', () => {
  test('everything that comes while one group is written goes into the next', async () => {
    const groups: number[][] = [];
    const group = createGroupCommit<number, number>(async (items) => {
      groups.push([...items]);
      await new Promise((resolve) => setImmediate(resolve));
      return items.map((item) => item * 2);
    }, 3);
    expect(await Promise.all([1, 2, 3, 4, 5].map((n) => group.add(n)))).toEqual([2, 4, 6, 8, 10]);
    expect(groups).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test('a failed group refuses its members and nobody else', async () => {
    let times = 0;
    const group = createGroupCommit<number, number>((items) => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('disk')) : Promise.resolve(items);
    });
    const first = group.add(1);
    await expect(first).rejects.toThrow('disk');
    await expect(group.add(2)).resolves.toBe(2);
  });
});

describe('problems', () => {
  test('what nobody foresaw keeps its words to the log', () => {
    const problem = toProblem(toAppError(new Error('SELECT secret FROM signature')));
    expect(problem).toMatchObject({ status: 500, title: 'Something went wrong here' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  test('a disk that cannot write is 503 with a time to come back', () => {
    const error = toAppError(new Error('SQLITE_FULL: database or disk is full'));
    expect(toProblem(error).status).toBe(503);
    expect(error.retryAfter).toBeGreaterThan(0);
  });

  test.each([
    ['invalid', 400],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['unavailable', 503],
    ['internal', 500],
  ] as const)('%s is %i', (code, status) => {
    expect(toProblem(new AppError(code, 'x')).status).toBe(status);
  });
});

test('a relay URL is read to its parts', () => {
  expect(relayOf('smtp://us%40er:p%3Ass@relay.example', 'me')).toEqual({
    host: 'relay.example',
    port: 587,
    secure: false,
    user: 'us@er',
    password: 'p:ss',
    name: 'me',
  });
  expect(relayOf('smtps://[::1]:4465', 'me')).toMatchObject({ host: '::1', port: 4465, secure: true, user: undefined });
  expect(relayOf('smtps://relay.example', 'me').port).toBe(465);
});
