import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { base32hex, idPattern, madeAt, newId } from '../../src/ids.ts';
import { readReceiptToken, receiptToken } from '../../src/intake/receipt-token.ts';
import { relayOf } from '../../src/outbox/relay-pool.ts';
import { createTimers } from '../../src/queue/timers.ts';
import { createGroupCommit } from '../../src/storage/group-commit.ts';
import { createTurns } from '../../src/storage/turns.ts';
import { ndjsonLines, type NdjsonLine } from '../../src/web/ndjson-lines.ts';
import { toAppError, toProblem } from '../../src/web/problem.ts';
import { waitFor } from '../support/wait-for.ts';

describe('ids', () => {
  test('sort by time and have one shape', () => {
    const ids = [1, 1_000, 1_600_000_000_000, 1_600_000_000_001].map((now) => newId({ now: () => now }));
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(idPattern);
    expect(ids.map(madeAt)).toEqual([1, 1_000, 1_600_000_000_000, 1_600_000_000_001]);
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
    const group = createGroupCommit<number, number>(
      async (items) => {
        groups.push([...items]);
        await new Promise((resolve) => setImmediate(resolve));
        return items.map((item) => item * 2);
      },
      { items: 3 },
    );
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

describe('group commit with limits', () => {
  /** Groups that end when the test says so. */
  function held(limits: Parameters<typeof createGroupCommit<number, number>>[1]) {
    const groups: { items: readonly number[]; end: () => void }[] = [];
    const group = createGroupCommit<number, number>(
      (items) => new Promise((resolve) => groups.push({ items, end: () => resolve(items) })),
      limits,
    );
    return { group, groups };
  }

  test('as many groups run side by side as there are lanes, and no more', async () => {
    const { group, groups } = held({ items: 1, lanes: 2 });
    const all = Promise.all([1, 2, 3].map((n) => group.add(n)));
    await waitFor(
      () => groups.length,
      (n) => n === 2,
      'two groups',
    );
    expect(group.waiting).toBe(1);
    groups[1]?.end();
    await waitFor(
      () => groups.length,
      (n) => n === 3,
      'the third',
    );
    for (const each of groups) each.end();
    expect(await all).toEqual([1, 2, 3]);
  });

  test('what comes within the lingering goes along', async () => {
    const { group, groups } = held({ items: 2, linger: 30 });
    const first = group.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).toHaveLength(0);
    const others = [2, 3].map((n) => group.add(n));
    await waitFor(
      () => groups.length,
      (n) => n === 1,
      'a group',
    );
    expect(groups[0]?.items).toEqual([1, 2]);
    groups[0]?.end();
    await waitFor(
      () => groups.length,
      (n) => n === 2,
      'the rest',
    );
    groups[1]?.end();
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 3]);
  });

  test('nobody waits longer than the patience, and who waited in vain is never written', async () => {
    const refusal = () => new AppError('unavailable', 'too slow');
    const { group, groups } = held({ items: 1, patience: { milliseconds: 20, refusal } });
    const [inside, outside] = [group.add(1), group.add(2)];
    await expect(inside).rejects.toThrow('too slow');
    await expect(outside).rejects.toThrow('too slow');
    expect(group.waiting).toBe(0);
    groups[0]?.end();
    await group.drain();
    expect(groups.map((each) => each.items)).toEqual([[1]]);
  });
});

describe('turns', () => {
  test('are taken in the order they were asked for, so many at a time, also after a failure', async () => {
    const turns = createTurns(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = [1, 2, 3, 4].map((n) =>
      turns.run(async () => {
        begun.push(n);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (n === 1) throw new Error('lost');
        return n;
      }),
    );
    let quiet = false;
    const idle = turns.idle().then(() => (quiet = true));
    expect(begun).toEqual([1, 2]);
    ends[0]?.();
    await expect(all[0]).rejects.toThrow('lost');
    await waitFor(
      () => begun,
      (seen) => seen.length === 3,
      'the third',
    );
    ends[1]?.();
    await all[1];
    await waitFor(
      () => begun,
      (seen) => seen.length === 4,
      'the fourth',
    );
    expect(begun).toEqual([1, 2, 3, 4]);
    expect(quiet).toBe(false);
    for (const end of ends) end();
    await idle;
    expect(await Promise.all(all.slice(1))).toEqual([2, 3, 4]);
    await turns.idle();
  });
});

describe('timers', () => {
  test('run again after a failure, never twice at the same time, and not while another process keeps the time', async () => {
    let [elected, runs, together, most] = [false, 0, 0, 0];
    let asked = 0;
    const told: string[] = [];
    const timers = createTimers({
      elected: () => {
        asked += 1;
        return Promise.resolve(elected);
      },
      onError: (name, error) => void told.push(`${name}: ${error.message}`),
    });
    timers.every('step', 1, async () => {
      together += 1;
      most = Math.max(most, together);
      runs += 1;
      await new Promise((resolve) => setImmediate(resolve));
      together -= 1;
      if (runs === 1) throw new Error('once');
    });
    await waitFor(
      () => asked,
      (n) => n > 3,
      'the question asked again',
    );
    expect(runs).toBe(0);
    elected = true;
    await waitFor(
      () => runs,
      (n) => n > 3,
      'runs',
    );
    await timers.close();
    const after = runs;
    expect([told, most, together]).toEqual([['step: once'], 1, 0]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(runs).toBe(after);
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
