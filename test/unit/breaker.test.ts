import { describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { breakerState, close, nextProbe, startProbe, trip, waits, type Breaker } from '../../src/outbox/breaker.ts';
import { gateOf, mayLeave, type Gates } from '../../src/outbox/gate.ts';
import type { Site } from '../../src/outbox/site-table.ts';

const now = Date.UTC(2020, 5, 15);
const closed = close(now);
const refused = { of: waits.refused, byProbe: false };

describe('a breaker', () => {
  test('opens at trouble, waits, and is half-open afterwards', () => {
    const open = trip(closed, refused, now);
    expect(breakerState(closed, now)).toBe('closed');
    expect(breakerState(open, now)).toBe('open');
    expect(breakerState(open, now + minute - 1)).toBe('open');
    expect(breakerState(open, now + minute)).toBe('half-open');
  });

  test('counts what letters say that were under way once', () => {
    const open = trip(closed, refused, now);
    expect(trip(open, refused, now + 1)).toBe(open);
  });

  test('waits twice as long after each trouble, an hour at most', () => {
    let breaker: Breaker = closed;
    let at = now;
    const seen: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      breaker = trip(breaker, refused, at);
      seen.push((breaker.pausedUntil - at) / minute);
      at = breaker.pausedUntil;
    }
    expect(seen).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test('listens to the letter that tries, and to no other meanwhile', () => {
    const half = trip(closed, refused, now);
    const trying = startProbe(half, 'a', hour, now + minute);
    expect(breakerState(trying, now + minute)).toBe('half-open');
    expect(trip(trying, refused, now + minute)).toBe(trying);
    const again = trip(trying, { of: waits.refused, byProbe: true }, now + minute);
    expect(again).toMatchObject({ strikes: 2, probe: null, pausedUntil: now + 3 * minute });
  });

  test('lets the next letter try at once when one came to an end that proves nothing', () => {
    const trying = startProbe(trip(closed, refused, now), 'a', hour, now + minute);
    const next = nextProbe(trying, now + minute);
    expect(next).toMatchObject({ strikes: 1, probe: null, pausedUntil: now + minute });
    expect(breakerState(next, now + minute)).toBe('half-open');
  });
});

describe('the gate', () => {
  const site = (id: string, breaker: Breaker): Site => ({ ...breaker, id, reason: '' });
  const gates = (paused: string[], ...sites: Site[]): Gates => ({
    paused: new Set(paused),
    breakers: new Map(sites.map((each) => [each.id, each])),
  });
  const open = trip(closed, refused, now);

  test.each<[string, Gates, 'open' | 'shut' | 'one']>([
    ['nothing holds', gates([]), 'open'],
    ['staff have paused all sending', gates(['smtp']), 'shut'],
    ['staff have paused this target', gates(['to:a']), 'shut'],
    ['staff have paused another', gates(['to:b']), 'open'],
    ['the site is open', gates([], site('smtp', open)), 'shut'],
    ['the site is half-open', gates([], site('smtp', nextProbe(open, now))), 'one'],
    ['one letter tries already', gates([], site('smtp', startProbe(open, 'x', minute, now))), 'shut'],
    [
      'this target is half-open, the site is not',
      gates([], site('smtp', open), site('to:a', nextProbe(open, now))),
      'shut',
    ],
    ['another target is open', gates([], site('to:b', open)), 'open'],
  ])('when %s', (_what, at, expected) => {
    expect(gateOf(at, 'a', now)).toBe(expected);
  });

  test('lets only the letter that tries leave while a breaker is not closed', () => {
    const trying = gates([], site('smtp', startProbe(open, 'x', minute, now)));
    expect(mayLeave(trying, { id: 'x', target: 'a' })).toBe(true);
    expect(mayLeave(trying, { id: 'y', target: 'a' })).toBe(false);
    expect(mayLeave(gates(['to:a']), { id: 'x', target: 'a' })).toBe(false);
    expect(mayLeave(gates([], site('to:b', open)), { id: 'x', target: 'a' })).toBe(true);
  });
});
