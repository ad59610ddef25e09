/** Both engines count alike; the one on Redis goes on alone while Redis is away. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { minute } from '../../src/clock.ts';
import type { Counters } from '../../src/queue/counters.ts';
import { createEmbeddedCounters } from '../../src/queue/embedded-counters.ts';
import { openRedisCounters } from '../../src/queue/redis-counters.ts';
import { movableClock } from '../support/movable-clock.ts';
import { needs } from '../support/needs.ts';
import { startOwnRedis, type OwnRedis } from '../support/own-redis.ts';

const withoutRedis = needs('redis-server', 'redis-server');
let redis: OwnRedis;
beforeAll(async () => {
  if (!withoutRedis) redis = await startOwnRedis();
});
afterAll(() => redis?.close());

const errors: string[] = [];
async function onRedis(now: () => number, prefix = `test-${randomUUID()}`): Promise<Counters> {
  const counters = await openRedisCounters({
    url: redis.url,
    prefix,
    now,
    onError: (error) => errors.push(error.message),
  });
  onTestFinished(() => counters.close());
  return counters;
}

for (const { engine, open, missing } of [
  { engine: 'in memory', open: (now: () => number) => Promise.resolve(createEmbeddedCounters(now)), missing: false },
  { engine: 'on Redis', open: onRedis, missing: withoutRedis },
]) {
  describe.skipIf(missing)(`counters ${engine}`, () => {
    test('count each name by itself, and begin anew with each window', async () => {
      const clock = movableClock();
      const counters = await open(clock.now);
      const times = async (name: string) => (await counters.count(name, minute)).times;
      expect([await times('a'), await times('a'), await times('b'), await times('a')]).toEqual([1, 2, 1, 3]);
      const { left } = await counters.count('a', minute);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(minute);
      clock.move(left - 1);
      expect(await times('a')).toBe(5);
      clock.move(1);
      expect(await times('a')).toBe(1);
      expect((await counters.count('a', 2 * minute)).times).toBe(1);
    });
  });
}

describe.skipIf(withoutRedis)('counters on Redis', () => {
  test('are shared by all processes, and leave nothing behind after their window', async () => {
    const clock = movableClock();
    const prefix = `test-${randomUUID()}`;
    const [one, other] = [await onRedis(clock.now, prefix), await onRedis(clock.now, prefix)];
    expect((await one.count('a', minute)).times).toBe(1);
    expect((await other.count('a', minute)).times).toBe(2);
    const [key = ''] = await redis.admin.keys(`${prefix}:*`);
    const expires = await redis.admin.pttl(key);
    expect(expires).toBeGreaterThan(0);
    expect(expires).toBeLessThanOrEqual(minute);
  });

  test('go on alone while Redis is away, so that nobody waits for it', async () => {
    const counters = await onRedis(movableClock().now);
    await redis.kill();
    onTestFinished(() => redis.start());
    expect((await counters.count('a', minute)).times).toBe(1);
    expect((await counters.count('a', minute)).times).toBe(2);
    expect(errors.length).toBeGreaterThan(0);
  });
});
