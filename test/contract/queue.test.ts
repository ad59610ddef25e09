import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { inspect, promisify } from 'node:util';
import { Queue as BullQueue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createBullQueue, type BullQueueOptions } from '../../src/queue/bullmq-queue.ts';
import { createEmbeddedQueue } from '../../src/queue/embedded-queue.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { needs } from '../support/needs.ts';
import { startOwnRedis, type OwnRedis } from '../support/own-redis.ts';
import { waitFor } from '../support/wait-for.ts';

const withoutRedis = needs('redis-server', 'redis-server');
let redis: OwnRedis;

beforeAll(async () => {
  if (!withoutRedis) redis = await startOwnRedis();
});
afterAll(() => redis?.close());

interface Opened {
  queue: Queue;
  /** What `onError` heard, as `name: message`. */
  errors: string[];
  /** The kinds whose worker was replaced. */
  rebuilt: string[];
  prefix: string;
}

async function openBull(options: Partial<BullQueueOptions> & { url?: string } = {}): Promise<Opened> {
  const { url = redis.url, prefix = `test-${randomUUID()}`, ...others } = options;
  const errors: string[] = [];
  const rebuilt: string[] = [];
  const queue = await createBullQueue(
    url,
    { onError: (name, { message }) => errors.push(`${name}: ${message}`), rebuilt: (name) => rebuilt.push(name) },
    { prefix, ...others },
  );
  onTestFinished(() => queue.close());
  return { queue, errors, rebuilt, prefix };
}

function openEmbedded(): Promise<Opened> {
  const errors: string[] = [];
  const queue = createEmbeddedQueue({ onError: (name, { message }) => errors.push(`${name}: ${message}`) });
  return Promise.resolve({ queue, errors, rebuilt: [], prefix: '' });
}

/** A gate that handlers wait at until it is opened. */
function createGate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  onTestFinished(() => open());
  return { opened, open };
}

const engines = [
  { engine: 'embedded', open: openEmbedded, missing: false },
  { engine: 'BullMQ', open: openBull, missing: withoutRedis },
];

for (const { engine, open, missing } of engines) {
  describe.skipIf(missing)(`the ${engine} queue`, () => {
    test('a job reaches its handler with the payload it was asked with', async () => {
      const { queue } = await open();
      const seen: unknown[] = [];
      queue.work('send-letters', async (job) => void seen.push(job), 1);
      await queue.ask('send-letters', { letterIds: ['l_1', 'l_2', '人権'] });
      await waitFor(
        () => seen,
        (jobs) => jobs.length === 1,
      );
      expect(seen).toEqual([{ letterIds: ['l_1', 'l_2', '人権'] }]);
    });

    test('as many run at the same time as are allowed, and never more', async () => {
      const { queue } = await open();
      let running = 0;
      let most = 0;
      let done = 0;
      const first = createGate();
      queue.work(
        'read-report',
        async () => {
          running += 1;
          most = Math.max(most, running);
          await first.opened;
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          done += 1;
        },
        3,
      );
      for (let i = 0; i < 30; i++) await queue.ask('read-report', { returnedMailId: `r_${i}` });
      await waitFor(
        () => running,
        (now) => now === 3,
      );
      first.open();
      await waitFor(
        () => done,
        (now) => now === 30,
      );
      expect(most).toBe(3);
    });

    test('a handler that throws is reported, its job is not tried again, and the others go on', async () => {
      const { queue, errors } = await open();
      const seen: string[] = [];
      queue.work(
        'read-report',
        async ({ returnedMailId }) => {
          seen.push(returnedMailId);
          if (returnedMailId === 'r_bad') throw new Error('not a report');
        },
        1,
      );
      for (const returnedMailId of ['r_bad', 'r_2', 'r_3']) await queue.ask('read-report', { returnedMailId });
      await waitFor(
        () => seen,
        (ids) => ids.includes('r_3'),
      );
      expect(seen).toEqual(['r_bad', 'r_2', 'r_3']);
      expect(errors).toEqual(['read-report: not a report']);
    });

    test('what is asked before anybody works is not lost', async () => {
      const { queue } = await open();
      const seen: string[] = [];
      await queue.ask('review-channel', { target: 'embassy' });
      await new Promise((resolve) => setImmediate(resolve));
      queue.work('review-channel', async ({ target }) => void seen.push(target), 1);
      await waitFor(
        () => seen,
        (targets) => targets.length > 0,
      );
      expect(seen).toEqual(['embassy']);
    });

    test('ten thousand reminders arrive, each at least once', async () => {
      const { queue, errors } = await open();
      const seen = new Set<string>();
      queue.work('send-letters', async ({ letterIds }) => letterIds.forEach((id) => seen.add(id)), 50);
      for (let i = 0; i < 10_000; i++) await queue.ask('send-letters', { letterIds: [`l_${i}`] });
      await waitFor(
        () => seen.size,
        (size) => size === 10_000,
        'ten thousand',
        25_000,
      );
      expect(errors).toEqual([]);
    });

    test('closing waits for what runs and begins nothing more', async () => {
      const { queue } = await open();
      const gate = createGate();
      const begun: string[] = [];
      const ended: string[] = [];
      queue.work(
        'read-report',
        async ({ returnedMailId }) => {
          begun.push(returnedMailId);
          await gate.opened;
          ended.push(returnedMailId);
        },
        1,
      );
      await queue.ask('read-report', { returnedMailId: 'r_1' });
      await queue.ask('read-report', { returnedMailId: 'r_2' });
      await waitFor(
        () => begun,
        (ids) => ids.length === 1,
      );
      const closed = queue.close().then(() => 'closed');
      expect(await Promise.race([closed, new Promise((resolve) => setImmediate(resolve, 'still open'))])).toBe(
        'still open',
      );
      gate.open();
      await closed;
      expect({ begun, ended }).toEqual({ begun: ['r_1'], ended: ['r_1'] });
    });

    test('asking, working and closing again after the end are harmless', async () => {
      const { queue, errors } = await open();
      await queue.close();
      await queue.ask('read-report', { returnedMailId: 'r_1' });
      queue.work('read-report', () => Promise.reject(new Error('nobody works here')), 1);
      await queue.close();
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(errors).toEqual([]);
    });

    test('a busy kind does not hold up another', async () => {
      const { queue } = await open();
      const gate = createGate();
      const seen: string[] = [];
      queue.work('finish-petition', () => gate.opened, 1);
      queue.work('review-channel', async ({ target }) => void seen.push(target), 1);
      for (const petitionId of ['p_1', 'p_2']) await queue.ask('finish-petition', { petitionId });
      await queue.ask('review-channel', { target: 'embassy' });
      await waitFor(
        () => seen,
        (targets) => targets.length === 1,
      );
      gate.open();
    });

    test('it says how many jobs wait, until somebody takes them', async () => {
      const { queue } = await open();
      expect(await queue.waiting('send-letters')).toBe(0);
      for (let n = 0; n < 7; n += 1) await queue.ask('send-letters', { letterIds: [String(n)] });
      await waitFor(
        () => queue.waiting('send-letters'),
        (n) => n === 7,
      );
      queue.work('send-letters', () => Promise.resolve(), 2);
      await waitFor(
        () => queue.waiting('send-letters'),
        (n) => n === 0,
      );
    });

    test('it can say that it takes reminders', async () => {
      const { queue } = await open();
      await expect(queue.check()).resolves.toBeUndefined();
    });
  });
}

/** Notes the ids of reports; the plainest handler. */
function notes(seen: string[]) {
  return ({ returnedMailId }: { returnedMailId: string }): Promise<void> => {
    seen.push(returnedMailId);
    return Promise.resolve();
  };
}

const arrived = (seen: string[], id: string) =>
  waitFor(
    () => seen,
    (ids) => ids.includes(id),
    id,
    20_000,
  );

/** Makes the connections of workers findable by name, for mischief. */
function watchConnections(): (name: string) => Redis {
  const made = new Set<Redis>();
  const connect = Redis.prototype.connect;
  const spy = vi.spyOn(Redis.prototype, 'connect').mockImplementation(function (this: Redis, ...rest) {
    made.add(this);
    return connect.apply(this, rest);
  });
  onTestFinished(() => {
    spy.mockRestore();
  });
  return (name) => {
    const [connection, ...others] = [...made].filter(({ options }) => options.connectionName === name);
    if (!connection || others.length > 0) throw new Error(`one connection ${name}, not ${made.size} in all`);
    return connection;
  };
}

/** Resolves when the worker of reports has nothing under way but its wait for the next job. */
async function idle(prefix: string): Promise<void> {
  const waits = new RegExp(`name=${prefix}:read-report:waiting .* flags=b `);
  await waitFor(
    async () => String(await redis.admin.client('LIST')),
    (list) => waits.test(list),
    'an idle worker',
  );
}

/** From now on every command of this connection is lost, as after a reconnect that went wrong. */
function swallow(connection: Redis): void {
  vi.spyOn(connection, 'sendCommand').mockImplementation(() => new Promise(() => undefined));
}

describe.skipIf(withoutRedis)('many processes on one Redis', () => {
  test('share the work, and no job runs twice', async () => {
    const one = await openBull();
    const other = await openBull({ prefix: one.prefix });
    const seen: Record<string, string[]> = { one: [], other: [] };
    // Each waits for the other's first job, so that the test does not depend on who is quicker.
    const both = () => waitFor(() => Object.values(seen).every((ids) => ids.length > 0), Boolean);
    for (const [who, { queue }] of Object.entries({ one, other }))
      queue.work(
        'read-report',
        async ({ returnedMailId }) => {
          seen[who]?.push(returnedMailId);
          await both();
        },
        5,
      );
    const asked = Array.from({ length: 500 }, (_, i) => `r_${i}`);
    for (const returnedMailId of asked) await one.queue.ask('read-report', { returnedMailId });
    const all = await waitFor(
      () => Object.values(seen).flat(),
      (ids) => ids.length >= 500,
    );
    expect(all.toSorted()).toEqual(asked.toSorted());
  });

  test('what one leaves behind in closing, another takes', async () => {
    const one = await openBull();
    const other = await openBull({ prefix: one.prefix });
    const gate = createGate();
    const seen: Record<string, string[]> = { one: [], other: [] };
    one.queue.work(
      'read-report',
      async ({ returnedMailId }) => {
        seen['one']?.push(returnedMailId);
        await gate.opened;
        await one.queue.ask('read-report', { returnedMailId: 'asked while closing' });
      },
      1,
    );
    await one.queue.ask('read-report', { returnedMailId: 'r_1' });
    await arrived(seen['one'] ?? [], 'r_1');
    await one.queue.ask('read-report', { returnedMailId: 'r_2' });
    const closed = one.queue.close();
    gate.open();
    await closed;
    other.queue.work('read-report', notes(seen['other'] ?? []), 1);
    await arrived(seen['other'] ?? [], 'asked while closing');
    expect(seen).toEqual({ one: ['r_1'], other: ['r_2', 'asked while closing'] });
  });

  test('what was asked just before the end is still given, and nobody is hired after it', async () => {
    const connectionsOf = watchConnections();
    const { queue, errors, prefix } = await openBull({ farewell: 20_000 });
    for (let i = 0; i < 5000; i++) await queue.ask('read-report', { returnedMailId: `r_${i}` });
    await queue.close();
    expect(errors).toEqual([]);
    expect(await redis.admin.llen(`${prefix}:read-report:wait`)).toBe(5000);
    queue.work('read-report', notes([]), 1);
    expect(() => connectionsOf(`${prefix}:read-report`)).toThrow('one connection');
  });

  test('a job fetched in the moment of closing goes back for another', async () => {
    const connectionsOf = watchConnections();
    const one = await openBull();
    const seen: string[] = [];
    one.queue.work('read-report', async ({ returnedMailId }) => void seen.push(`one: ${returnedMailId}`), 1);
    await one.queue.ask('read-report', { returnedMailId: 'before' });
    await arrived(seen, 'one: before');
    const gate = createGate();
    const connection = connectionsOf(`${one.prefix}:read-report`);
    const send = connection.sendCommand;
    // The answer that brings a job is on its way while the worker begins to close.
    vi.spyOn(connection, 'sendCommand').mockImplementation(async (...command) => {
      const answer: unknown = await send.apply(connection, command);
      if (Array.isArray(answer) && Array.isArray(answer[0])) await gate.opened;
      return answer;
    });
    await one.queue.ask('read-report', { returnedMailId: 'late' });
    await waitFor(
      () => redis.admin.llen(`${one.prefix}:read-report:active`),
      (length) => length === 1,
    );
    const closed = one.queue.close();
    gate.open();
    await closed;
    const other = await openBull({ prefix: one.prefix });
    other.queue.work('read-report', async ({ returnedMailId }) => void seen.push(`other: ${returnedMailId}`), 1);
    await arrived(seen, 'other: late');
    expect(seen).toEqual(['one: before', 'other: late']);
    expect(one.errors).toEqual([]);
  });

  test('a job whose process was killed runs again in another', async () => {
    const { queue, prefix } = await openBull({ lockDuration: 1000, stalledInterval: 300 });
    const seen: string[] = [];
    await queue.ask('read-report', { returnedMailId: 'r_1' });
    const killed = inProcess(
      `const options = { prefix: '${prefix}', lockDuration: 1000, stalledInterval: 300 };
       const queue = await createBullQueue('${redis.url}', { onError() {} }, options);
       queue.work('read-report', async () => process.kill(process.pid, 'SIGKILL'), 1);`,
    );
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    // A new report about the same mail in the meantime: it waits for the first.
    await queue.ask('read-report', { returnedMailId: 'r_1' });
    queue.work('read-report', notes(seen), 1);
    await waitFor(
      () => seen,
      (ids) => ids.length === 2,
      'both runs',
    );
  });

  test('a petition whose process was killed is taken up when it is asked for again, long before the lock ends', async () => {
    const { queue, prefix } = await openBull();
    const killed = inProcess(
      `const queue = await createBullQueue('${redis.url}', { onError() {} }, { prefix: '${prefix}' });
       queue.work('finish-petition', async () => process.kill(process.pid, 'SIGKILL'), 1);`,
    );
    for (let i = 0; i < 3; i++) await queue.ask('finish-petition', { petitionId: 'p_1' });
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    const seen: string[] = [];
    queue.work('finish-petition', async ({ petitionId }) => void seen.push(petitionId), 1);
    for (let i = 0; i < 3; i++) await queue.ask('finish-petition', { petitionId: 'p_1' });
    await waitFor(
      () => seen,
      (ids) => ids.length > 0,
      'another process',
    );
    await queue.ask('finish-petition', { petitionId: 'p_2' });
    await waitFor(
      () => seen,
      (ids) => ids.includes('p_2'),
    );
    expect(seen).toEqual(['p_1', 'p_2']);
  });

  test('a reminder that waits already is not doubled, one asked while the same runs is kept', async () => {
    const { queue, prefix } = await openBull();
    const gate = createGate();
    const begun: string[] = [];
    let asked = 0;
    const ask = async (target: string): Promise<void> => {
      asked += 1;
      await queue.ask('review-channel', { target });
      // The counter of BullMQ, so that each is asked in a turn of its own.
      await waitFor(
        () => redis.admin.get(`${prefix}:review-channel:id`),
        (count) => Number(count) === asked,
      );
    };
    for (let i = 0; i < 5; i++) await ask('embassy');
    queue.work(
      'review-channel',
      async ({ target }) => {
        begun.push(target);
        await gate.opened;
      },
      1,
    );
    await arrived(begun, 'embassy');
    for (let i = 0; i < 3; i++) await ask('embassy');
    await ask('ministry');
    gate.open();
    await arrived(begun, 'ministry');
    await queue.ask('review-channel', { target: 'last' });
    await arrived(begun, 'last');
    expect(begun.toSorted()).toEqual(['embassy', 'embassy', 'last', 'ministry']);
  });

  test('what is done leaves nothing in Redis', async () => {
    const { queue, prefix } = await openBull();
    const seen: string[] = [];
    queue.work(
      'read-report',
      async ({ returnedMailId }) => {
        seen.push(returnedMailId);
        if (returnedMailId === 'r_1') throw new Error('not a report');
      },
      4,
    );
    for (let i = 0; i < 300; i++) await queue.ask('read-report', { returnedMailId: `r_${i}` });
    await waitFor(
      () => seen,
      (ids) => ids.length === 300,
    );
    await queue.close();
    // What BullMQ keeps of a queue, whatever passed through it.
    const lasting = new Set(
      ['events', 'id', 'marker', 'meta', 'stalled-check'].map((key) => `${prefix}:read-report:${key}`),
    );
    const left = await redis.admin.keys(`${prefix}:read-report:*`);
    expect(left.filter((key) => !lasting.has(key))).toEqual([]);
    expect(await redis.admin.xlen(`${prefix}:read-report:events`)).toBeLessThan(400);
  });
});

/** Runs a script that has `createBullQueue` in a process of its own; rejects unless it ends by itself, well, and soon. */
async function inProcess(script: string): Promise<string> {
  const path = new URL('../../src/queue/bullmq-queue.ts', import.meta.url).href;
  const whole = `import { createBullQueue } from ${JSON.stringify(path)};\n${script}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', whole], {
    timeout: 25_000,
  });
  return stdout + stderr;
}

describe.skipIf(withoutRedis)('when Redis has trouble', () => {
  /** A Redis that may be broken, with a worker that has already done something on it. */
  async function openOnOwnRedis(options: Partial<BullQueueOptions> = {}) {
    const own = await startOwnRedis();
    onTestFinished(() => own.close());
    const opened = await openBull({ url: own.url, ...options });
    const seen: string[] = [];
    opened.queue.work('read-report', notes(seen), 2);
    await opened.queue.ask('read-report', { returnedMailId: 'before' });
    await arrived(seen, 'before');
    return { own, seen, ...opened };
  }

  const unready = (queue: Queue) =>
    waitFor(
      () =>
        queue.check().then(
          () => 'ready',
          (error: Error) => error.message,
        ),
      (answer) => answer !== 'ready',
    );
  const ready = (queue: Queue) =>
    waitFor(
      () =>
        queue.check().then(
          () => 'ready',
          (error: Error) => error.message,
        ),
      (answer) => answer === 'ready',
    );

  test('asking goes on while it is dead, is told seldom, and works again after', async () => {
    const { own, queue, seen, errors, rebuilt } = await openOnOwnRedis();
    await own.kill();
    expect(await unready(queue)).toContain('Redis');
    for (let i = 0; i < 1000; i++) {
      await queue.ask('read-report', { returnedMailId: `lost_${i}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await queue.ask('review-channel', { target: 'lost too' });
    const told = (name: string) => errors.filter((error) => error.startsWith(name));
    await waitFor(
      () => told('review-channel: 1 reminder could not be given: Redis is not connected'),
      ({ length }) => length === 1,
    );
    expect(told('read-report').length).toBeGreaterThan(0);
    expect(told('read-report').length).toBeLessThan(4);
    expect(told('redis').length).toBeLessThan(8);

    await own.start();
    await ready(queue);
    await queue.ask('read-report', { returnedMailId: 'after' });
    await arrived(seen, 'after');
    expect(rebuilt).toEqual([]);
  });

  test('a worker that was busy when it died ends its job and takes the next', async () => {
    const { own, queue, seen } = await openOnOwnRedis();
    const gate = createGate();
    queue.work(
      'review-channel',
      async ({ target }) => {
        seen.push(`${target} began`);
        if (target === 'embassy') await gate.opened;
        seen.push(`${target} ended`);
      },
      1,
    );
    await queue.ask('review-channel', { target: 'embassy' });
    await arrived(seen, 'embassy began');
    await own.kill();
    gate.open();
    await arrived(seen, 'embassy ended');
    await own.start();
    await ready(queue);
    await queue.ask('review-channel', { target: 'ministry' });
    await arrived(seen, 'ministry ended');
  });

  test('workers go on after everything was erased under them', async () => {
    const { own, queue, seen } = await openOnOwnRedis();
    for (let round = 0; round < 3; round++) {
      await own.admin.flushall();
      await queue.ask('read-report', { returnedMailId: `after ${round}` });
      await arrived(seen, `after ${round}`);
    }
  });

  test('workers go on after all connections were cut', async () => {
    const { own, queue, seen } = await openOnOwnRedis();
    for (let round = 0; round < 3; round++) {
      await own.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await ready(queue);
      // A reminder may meet the cut and get lost; the sweep would ask again, and so does this.
      await waitFor(
        async () => {
          await queue.ask('read-report', { returnedMailId: `after ${round}` });
          return seen;
        },
        (ids) => ids.includes(`after ${round}`),
      );
    }
  });

  test('workers and asking go on after a fail-over made it read-only for a while', async () => {
    const { own, queue, seen, errors } = await openOnOwnRedis();
    const asks = async () => /^id=(\d+) .* name=\S+:asks /m.exec(String(await own.admin.client('LIST')))?.[1];
    const first = await asks();
    await own.admin.call('REPLICAOF', '127.0.0.1', '1');
    await queue.ask('read-report', { returnedMailId: 'lost' });
    await waitFor(
      () => errors.join('\n'),
      (all) => /^read-report: 1 reminder could not be given: READONLY/m.test(all),
    );
    // The address may belong to the new master by now, so only a new connection helps.
    expect(first).toMatch(/\d/);
    await waitFor(asks, (now) => now !== undefined && now !== first);
    await own.admin.call('REPLICAOF', 'NO', 'ONE');
    await waitFor(
      async () => {
        await queue.ask('read-report', { returnedMailId: 'after' });
        return seen;
      },
      (ids) => ids.includes('after'),
    );
  });

  test('asking never waits for one that stands still, memory is bounded, and check tells', async () => {
    const { own, queue, seen, errors } = await openOnOwnRedis({ gatherAtMost: 10 });
    own.freeze();
    await queue.ask('read-report', { returnedMailId: 'under way' });
    await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 100; i++) await queue.ask('read-report', { returnedMailId: `r_${i}` });
    expect(errors).toEqual(['read-report: 1 reminder could not be given: 10 others wait to be given']);
    await expect(queue.check()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Redis does not answer: no answer within 1000 ms.',
    });
    // Who cannot be asked may hold any number: nothing more is released for it.
    expect(await queue.waiting('read-report')).toBe(Infinity);
    own.thaw();
    await arrived(seen, 'r_9');
    expect(seen.toSorted()).toEqual(
      ['before', 'under way', ...Array.from({ length: 10 }, (_, i) => `r_${i}`)].toSorted(),
    );
  });

  test('a full memory loses reminders without a fuss, and workers neither spin nor give up', async () => {
    const { own, queue, seen, errors } = await openOnOwnRedis({ tellEvery: 100 });
    const worker = await openBull({ url: own.url, tellEvery: 100 });
    await worker.queue.ask('review-channel', { target: 'waits' });
    await waitFor(
      () => own.admin.llen(`${worker.prefix}:review-channel:wait`),
      (length) => length === 1,
    );
    await own.admin.config('SET', 'maxmemory', '1mb');
    await queue.ask('read-report', { returnedMailId: 'lost' });
    await waitFor(
      () => errors.join('\n'),
      (all) => /^read-report: 1 reminder could not be given: OOM command not allowed/m.test(all),
    );
    const targets: string[] = [];
    const scripts = await scriptsRun(own.admin);
    worker.queue.work('review-channel', async ({ target }) => void targets.push(target), 1);
    // Told twice means that it was tried at least twice.
    await waitFor(
      () => worker.errors,
      (told) => told.filter((error) => error.startsWith('redis: review-channel: OOM')).length >= 2,
    );
    expect((await scriptsRun(own.admin)) - scripts).toBeLessThan(50);
    expect(targets).toEqual([]);
    await own.admin.config('SET', 'maxmemory', '0');
    await queue.ask('read-report', { returnedMailId: 'after' });
    await arrived(seen, 'after');
    await arrived(targets, 'waits');
  });

  test.each(['dead', 'frozen'])('closing is soon over when it is %s, but waits for what runs', async (how) => {
    const { own, queue, seen } = await openOnOwnRedis({ farewell: 100 });
    const gate = createGate();
    queue.work(
      'review-channel',
      async ({ target }) => {
        seen.push(target);
        await gate.opened;
        seen.push(`${target} ended`);
      },
      1,
    );
    await queue.ask('review-channel', { target: 'embassy' });
    await arrived(seen, 'embassy');
    if (how === 'dead') await own.kill();
    else own.freeze();
    if (how === 'dead') await unready(queue);
    await queue.ask('read-report', { returnedMailId: 'lost' });
    const closed = queue.close().then(() => seen.push('closed'));
    // Both farewells are over several times, and it still waits for the handler.
    let turns = 0;
    await waitFor(
      () => (turns += 1),
      (count) => count > 60,
    );
    expect(seen).not.toContain('closed');
    gate.open();
    const begun = performance.now();
    await closed;
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(seen).toEqual(['before', 'embassy', 'embassy ended', 'closed']);
  });

  test.each(['alive', 'dead'])('nothing keeps a process that closed its queue when it is %s', async (how) => {
    const own = await startOwnRedis();
    onTestFinished(() => own.close());
    const ended = inProcess(
      `const onError = (name, error) => console.log(name, error.message);
       const queue = await createBullQueue('${own.url}', { onError });
       let done;
       const seen = new Promise((resolve) => (done = resolve));
       for (const name of ['send-letters', 'read-report', 'review-channel', 'finish-petition'])
         queue.work(name, async () => done(), 2);
       await queue.ask('read-report', { returnedMailId: 'r_1' });
       await seen;
       if (${how === 'dead'}) process.kill(${own.pid}, 'SIGKILL');
       while (${how === 'dead'} && (await queue.check().then(() => true, () => false)));
       const begun = performance.now();
       await queue.close();
       process.on('exit', () => console.log('lingered', Math.round(performance.now() - begun)));`,
    );
    const said = await ended;
    expect(said).toMatch(/lingered \d+/);
    expect(Number(/lingered (\d+)/.exec(said)?.[1])).toBeLessThan(how === 'alive' ? 1500 : 8000);
    expect(said).not.toContain('Unhandled');
  });
});

async function scriptsRun(admin: Redis): Promise<number> {
  const stats = await admin.info('commandstats');
  return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

describe.skipIf(withoutRedis)('a worker that idles beside waiting jobs', () => {
  const hasty = { lookEvery: 20, patience: 300, farewell: 200 };

  test('is replaced, told of, and counted; a paused kind is left alone', async () => {
    const connectionsOf = watchConnections();
    const { queue, errors, rebuilt, prefix } = await openBull(hasty);
    const paused = new BullQueue('review-channel', { connection: { url: redis.url }, prefix });
    onTestFinished(() => paused.close());
    await paused.pause();
    const seen: string[] = [];
    queue.work('review-channel', async ({ target }) => void seen.push(target), 1);
    await queue.ask('review-channel', { target: 'paused' });
    queue.work('read-report', notes(seen), 1);
    await queue.ask('read-report', { returnedMailId: 'before' });
    await arrived(seen, 'before');

    await idle(prefix);
    swallow(connectionsOf(`${prefix}:read-report`));
    await queue.ask('read-report', { returnedMailId: 'after' });
    await arrived(seen, 'after');
    expect(rebuilt[0]).toBe('read-report');
    expect(errors[0]).toBe('read-report: the worker was replaced: it idled for 0.3 s while 1 job waited');
    expect(rebuilt).not.toContain('review-channel');

    await paused.resume();
    await arrived(seen, 'paused');
  });

  test('leaves its handlers running, which count until they have ended', async () => {
    const connectionsOf = watchConnections();
    const { queue, rebuilt, prefix } = await openBull({ ...hasty, patience: 1500 });
    const gates: Record<string, ReturnType<typeof createGate>> = {};
    for (const id of ['old', 'new', 'r_5', 'r_6']) gates[id] = createGate();
    const begun: string[] = [];
    const ended: string[] = [];
    let most = 0;
    queue.work(
      'read-report',
      async ({ returnedMailId }) => {
        begun.push(returnedMailId);
        most = Math.max(most, begun.length - ended.length);
        await gates[returnedMailId]?.opened;
        ended.push(returnedMailId);
      },
      2,
    );
    await queue.ask('read-report', { returnedMailId: 'old' });
    await arrived(begun, 'old');
    await idle(prefix);
    swallow(connectionsOf(`${prefix}:read-report`));
    for (const returnedMailId of ['new', 'r_3', 'r_4']) await queue.ask('read-report', { returnedMailId });
    await arrived(begun, 'new');
    expect(rebuilt).toContain('read-report');
    gates['new']?.open();
    await arrived(ended, 'r_4');
    expect(ended).not.toContain('old');

    // Two places again, when the old worker is gone.
    gates['old']?.open();
    await arrived(ended, 'old');
    const replaced = rebuilt.length;
    for (const returnedMailId of ['r_5', 'r_6']) await queue.ask('read-report', { returnedMailId });
    await arrived(begun, 'r_5');
    await arrived(begun, 'r_6');
    expect(ended).not.toContain('r_5');
    expect(rebuilt.length).toBe(replaced);
    expect(most).toBe(2);
  });

  test('is waited for in closing, though another has its place', async () => {
    const connectionsOf = watchConnections();
    const { queue, prefix } = await openBull(hasty);
    const gate = createGate();
    const seen: string[] = [];
    queue.work(
      'read-report',
      async ({ returnedMailId }) => {
        seen.push(returnedMailId);
        if (returnedMailId === 'old') await gate.opened;
        seen.push(`${returnedMailId} ended`);
      },
      2,
    );
    await queue.ask('read-report', { returnedMailId: 'old' });
    await arrived(seen, 'old');
    await idle(prefix);
    swallow(connectionsOf(`${prefix}:read-report`));
    await queue.ask('read-report', { returnedMailId: 'new' });
    await arrived(seen, 'new ended');
    const closed = queue.close().then(() => seen.push('closed'));
    // Longer than the new worker needs to go.
    await waitFor(
      () => redis.admin.client('LIST'),
      (list) => !String(list).includes(`name=${prefix}:read-report:waiting`),
    );
    gate.open();
    await closed;
    expect(seen).toEqual(['old', 'new', 'new ended', 'old ended', 'closed']);
  });
});

describe.skipIf(withoutRedis)('the start', () => {
  const open = (url: string, options: Partial<BullQueueOptions> = {}) =>
    createBullQueue(url, { onError: () => undefined }, { prefix: `test-${randomUUID()}`, ...options });

  test.each(['allkeys-lru', 'volatile-ttl'])('refuses a Redis that may drop reminders (%s)', async (policy) => {
    const own = await startOwnRedis({ policy });
    onTestFinished(() => own.close());
    await expect(open(own.url)).rejects.toMatchObject({
      name: 'AppError',
      code: 'unavailable',
      message: expect.stringMatching(
        new RegExp(`maxmemory-policy is ${policy}\\. .*config set maxmemory-policy noeviction.*redis\\.conf`),
      ),
    });
  });

  test('needs neither INFO nor CONFIG to go on, and finds an evicting policy with either', async () => {
    const own = await startOwnRedis();
    onTestFinished(() => own.close());
    // ioredis remarks on a forbidden INFO.
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const users: Record<string, string[]> = {
      free: [],
      unconfigured: ['-config'],
      uninformed: ['-info'],
      blind: ['-config', '-info'],
    };
    for (const [name, rights] of Object.entries(users))
      await own.admin.call('ACL', 'SETUSER', name, 'on', '>secret', '~*', '&*', '+@all', ...rights);
    const outcome = (name: string) =>
      open(own.url.replace('redis://', `redis://${name}:secret@`)).then(
        async (queue) => {
          await queue.close();
          return 'opened';
        },
        (error: Error) => error.message.slice(0, 27),
      );
    for (const name of Object.keys(users)) expect([name, await outcome(name)]).toEqual([name, 'opened']);
    await own.admin.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    for (const name of ['free', 'unconfigured', 'uninformed'])
      expect([name, await outcome(name)]).toEqual([name, 'Redis may drop reminders wh']);
  });

  test('fails soon and without the password when Redis is out of reach', async () => {
    const own = await startOwnRedis({ password: 'correct horse' });
    onTestFinished(() => own.close());
    const address = own.url.slice(own.url.indexOf('@') + 1);
    const port = Number(new URL(own.url).port);
    const refusals = {
      'a wrong password': [`redis://:s3cr3t@${address}`, /^Redis could not be reached: WRONGPASS /],
      'no password': [`redis://${address}`, /^Redis could not be reached: NOAUTH /],
      'a missing database': [own.url.replace(/0$/, '99'), /^Redis could not be reached: .*DB index is out of range/],
      'a wrong scheme': [`http://:s3cr3t@${address}`, /^The address of Redis must look like/],
      'no address': ['redis://:s3cr3t@127.0.0.1:99999', /^The address of Redis must look like/],
    } as const;
    for (const [what, [url, message]] of Object.entries(refusals)) {
      const error: unknown = await open(url).catch((thrown: unknown) => thrown);
      expect([what, error]).toEqual([
        what,
        expect.objectContaining({ name: 'AppError', message: expect.stringMatching(message) }),
      ]);
      expect(everything(error)).not.toMatch(/s3cr3t|correct horse|correct%20horse/);
    }
    await own.kill();
    const gone: unknown = await open(own.url, { startWithin: 300 }).catch((thrown: unknown) => thrown);
    expect(gone).toMatchObject({
      code: 'unavailable',
      message: `Redis could not be reached: connect ECONNREFUSED 127.0.0.1:${port}.`,
    });
    expect(everything(gone)).not.toContain('correct');
  });

  test('waits a little for a Redis that is only now starting', async () => {
    const own = await startOwnRedis();
    onTestFinished(() => own.close());
    await own.kill();
    const opening = open(own.url, { startWithin: 20_000 });
    await own.start();
    const queue = await opening;
    await queue.check();
    await queue.close();
  });
});

/** All that a logger could find in an error. */
function everything(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true });
}
