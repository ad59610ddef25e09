import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { backoff } from '../../src/outbox/backoff.ts';
import { allowance, lastLeaves, restAfter, type PaceWord } from '../../src/outbox/pace.ts';

const noon = Date.UTC(2020, 5, 15, 3); // 12:00 in Tokyo
const always = { from: 0, to: 24 };

describe('the pace of a target', () => {
  test('thirty an hour is one letter every two minutes', () => {
    const pace = { perHour: 30, hours: always };
    const first = allowance(pace, noon, 0, 'Asia/Tokyo');
    expect(first.letters).toBe(1);
    const next = first.after(1);
    expect(allowance(pace, next - 1, next, 'Asia/Tokyo').letters).toBe(0);
    expect(allowance(pace, next, next, 'Asia/Tokyo').letters).toBe(1);
  });

  test('no hour ever sees more than the pace and one minute of catching up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.integer({ min: 1, max: 600_000 }), { maxLength: 200 }),
        (perHour, waits) => {
          let [now, next, sent] = [noon, 0, 0];
          const end = noon + hour;
          for (const wait of waits) {
            const allowed = allowance({ perHour, hours: always }, now, next, 'Asia/Tokyo');
            sent += allowed.letters;
            next = allowed.after(allowed.letters);
            now += wait;
            if (now >= end) break;
          }
          expect(sent).toBeLessThanOrEqual(perHour + perHour / 60 + 2);
        },
      ),
    );
  });

  test('letters leave in the office hours of the target, whatever the clock here says', () => {
    const pace = { perHour: 30, hours: { from: 9, to: 17 } };
    expect(allowance(pace, Date.UTC(2020, 5, 15, 0), 0, 'Asia/Tokyo').letters).toBe(1); // 09:00
    expect(allowance(pace, Date.UTC(2020, 5, 14, 23, 59), 0, 'Asia/Tokyo').letters).toBe(0); // 08:59
    expect(allowance(pace, Date.UTC(2020, 5, 15, 8), 0, 'Asia/Tokyo').letters).toBe(0); // 17:00
    expect(allowance(pace, Date.UTC(2020, 5, 15, 8), 0, 'Europe/Paris').letters).toBe(1); // 10:00
  });
});

describe('trying again', () => {
  test('the whole schedule, without jitter', () => {
    const middle = () => 0.5;
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map((n) => backoff(n, undefined, middle) / minute)).toEqual([
      5, 10, 20, 40, 80, 160, 240, 240, 240,
    ]);
  });

  test('jitter spreads by a fifth to both sides', () => {
    expect(backoff(1, undefined, () => 0)).toBe(4 * minute);
    expect(backoff(1, undefined, () => 0.999_999)).toBeLessThanOrEqual(6 * minute);
  });

  test('"try again in N" is honoured: not sooner, and not much later', () => {
    expect(backoff(1, 900, () => 0.5)).toBe(15 * minute);
    expect(backoff(7, 300, () => 0.5)).toBe(10 * minute);
  });
});

describe('the rest after a bad word', () => {
  const minutes = (...words: PaceWord[]) => restAfter(words, 30) / minute;

  test('each "slower" halves the pace, a full mailbox quarters it, each letter that gets through takes one back', () => {
    expect(minutes()).toBe(0);
    expect(minutes('slower')).toBe(4);
    expect(minutes('slower', 'slower')).toBe(8);
    expect(minutes('full')).toBe(8);
    expect(minutes('full', 'through')).toBe(4);
    expect(minutes('full', 'through', 'through')).toBe(0);
  });

  test('is never longer than sixty-four gaps, and good days are not saved up', () => {
    expect(minutes(...Array.from({ length: 50 }, () => 'full' as const))).toBe(128);
    expect(minutes(...Array.from({ length: 50 }, () => 'through' as const), 'slower')).toBe(4);
  });

  test('shorter than the step of the pump it is none', () => {
    expect(restAfter(['full', 'full', 'full'], 1_000_000)).toBe(0);
  });
});

describe('when the last of many letters will have left', () => {
  const day = 24 * hour;
  const at = (perHour: number, letters: number, hours = always, from = noon) =>
    lastLeaves({ perHour, hours }, letters, { from, timeZone: 'Asia/Tokyo' });

  test.each([
    ['now, when none waits', at(30, 0), noon],
    ['after as many hours as they take', at(30, 45), noon + 1.5 * hour],
    ['on the same day, when the hours suffice', at(10, 20, { from: 9, to: 17 }), noon + 2 * hour],
    ['the next day, when they do not', at(10, 60, { from: 9, to: 17 }), noon + day - 2 * hour],
    ['after the opening, when it is night', at(10, 10, { from: 9, to: 17 }, noon - 10 * hour), noon - 2 * hour],
    ['not within a hundred days', at(1, 2_401), undefined],
  ])('%s', (_when, told, right) => {
    expect(told).toBe(right);
  });
});
