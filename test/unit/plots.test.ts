/** Plots: columns in the days of a time zone, bars that add up, and an axis that is easy to read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour } from '../../src/clock.ts';
import { niceTop, plotOf } from '../../src/web/console/plots/bars.ts';
import { columnsOf, mostDays, spanOf } from '../../src/web/console/plots/columns.ts';

const start = Date.UTC(2020, 5, 14, 22);
const counted = (at: number, n: number) => ({ at, campaign: 'one', kind: 'accepted', n }) as const;

describe('columns', () => {
  test('are the days of the place, not of UTC', () => {
    const span = { from: start, to: start + 30 * hour, by: 'day', timeZone: 'Asia/Tokyo', dates: 'en-GB' } as const;
    const columns = columnsOf([counted(start, 2), counted(start + 16 * hour, 3), counted(start + 17 * hour, 5)], span);
    expect(columns.map(({ tick, counts }) => [tick, counts])).toEqual([
      ['15 Jun', { accepted: 5 }],
      ['16 Jun', { accepted: 5 }],
    ]);
  });

  test('have an hour that comes twice only once, and lose nothing of it', () => {
    const back = Date.UTC(2020, 9, 25, 0);
    const span = { from: back, to: back + 3 * hour, by: 'hour', timeZone: 'Europe/Berlin', dates: 'de' } as const;
    const columns = columnsOf([counted(back, 1), counted(back + hour, 2), counted(back + 2 * hour, 4)], span);
    expect(columns.map(({ counts }) => counts['accepted'])).toEqual([3, 4]);
  });

  test('are hours while all is young, then days, sixty at most', () => {
    const now = start + hour / 2;
    expect(spanOf([], now).by).toBe('hour');
    expect(spanOf([counted(now - 2 * day, 1)], now).by).toBe('hour');
    expect(spanOf([counted(now - 4 * day, 1)], now)).toMatchObject({ by: 'day', from: now - 4 * day });
    const long = spanOf([counted(now - 300 * day, 1)], now);
    expect((long.to - long.from) / day).toBe(mostDays);
  });
});

describe('a plot', () => {
  const series = [
    { key: 'a', label: 'A' },
    { key: 'b', label: 'B' },
  ];

  test('stacks its bars within the picture, as high together as their numbers', () => {
    const number = fc.integer({ min: 0, max: 2_000_000 });
    const columns = fc.array(fc.record({ a: number, b: number }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(columns, (all) => {
        const of = all.map((counts, n) => ({ label: `${n}`, tick: `${n}`, counts }));
        const plot = plotOf('title', { series, columns: of, dates: 'en' });
        const top = niceTop(Math.max(...all.map(({ a, b }) => a + b)));
        const axis = Math.max(...plot.lines.map(({ y }) => y));
        const unit = (axis - Math.min(...plot.lines.map(({ y }) => y))) / top;
        for (const bar of plot.bars) {
          expect(bar.y).toBeGreaterThanOrEqual(0);
          expect(bar.x + bar.width).toBeLessThanOrEqual(plot.width + 0.2);
        }
        const drawn = plot.bars.reduce((sum, { height }) => sum + height, 0);
        const sum = all.reduce((total, { a, b }) => total + a + b, 0);
        expect(Math.abs(drawn - sum * unit)).toBeLessThanOrEqual(plot.bars.length * 0.06 + 0.2 * unit);
        expect(plot.isEmpty).toBe(sum === 0);
      }),
    );
  });

  test.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [10, 10],
    [11, 20],
    [501, 1_000],
  ])('of at most %i reaches to %i', (most, top) => expect(niceTop(most)).toBe(top));
});
