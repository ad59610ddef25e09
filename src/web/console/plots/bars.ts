/** A plot of counts over time as stacked bars: from numbers to what the template draws. Nothing here is interactive. */

/** One kind of count; its colour is the class of the same name in `console.css`. */
export interface Series {
  key: string;
  label: string;
}

/** One column: an hour or a day. */
export interface Column {
  /** In words, for the table beside the picture. */
  label: string;
  /** Short, below the axis; shown where there is room. */
  tick: string;
  counts: Readonly<Record<string, number>>;
}

export interface Plot {
  title: string;
  series: readonly (Series & { total: string })[];
  width: number;
  height: number;
  /** Where the axis begins. */
  left: number;
  bars: readonly { x: number; y: number; width: number; height: number; key: string }[];
  /** Where the axis is cut, in the units of the picture. */
  lines: readonly { y: number; label: string }[];
  ticks: readonly { x: number; label: string }[];
  /** The same for whoever reads or listens: only columns in which something happened. */
  rows: readonly { label: string; cells: readonly string[] }[];
  isEmpty: boolean;
}

const size = { width: 640, height: 150, left: 56, bottom: 22, top: 14 };
/** Ticks below the axis at most: more would run into each other on a telephone. */
const mostTicks = 6;

/** Lays a plot out. `dates` is the tag that numbers are written in. */
export function plotOf(
  title: string,
  { series, columns, dates }: { series: readonly Series[]; columns: readonly Column[]; dates: string },
): Plot {
  const totalOf = ({ counts }: Column): number => series.reduce((sum, { key }) => sum + (counts[key] ?? 0), 0);
  const top = niceTop(Math.max(0, ...columns.map(totalOf)));
  const room = { width: size.width - size.left, height: size.height - size.bottom - size.top };
  const step = room.width / Math.max(1, columns.length);
  const written = (n: number): string => n.toLocaleString(dates);
  const bars = columns.flatMap((column, index) => {
    let base = size.top + room.height;
    return series.flatMap(({ key }) => {
      const height = ((column.counts[key] ?? 0) / top) * room.height;
      base -= height;
      const width = Math.max(0.6, step - Math.min(2, step * 0.2));
      return height === 0 ? [] : [{ key, ...rounded({ x: size.left + index * step, y: base, width, height }) }];
    });
  });
  const every = Math.ceil(columns.length / mostTicks);
  return {
    title,
    series: series.map((each) => ({
      ...each,
      total: written(columns.reduce((sum, { counts }) => sum + (counts[each.key] ?? 0), 0)),
    })),
    width: size.width,
    height: size.height,
    left: size.left,
    bars,
    lines: [0, top / 2, top]
      .filter((n) => Number.isInteger(n))
      .map((n) => ({ y: round(size.top + room.height * (1 - n / top)), label: written(n) })),
    ticks: columns.flatMap(({ tick }, index) =>
      index % every === 0 ? [{ x: round(size.left + (index + 0.5) * step), label: tick }] : [],
    ),
    rows: columns
      .filter((column) => totalOf(column) > 0)
      .map(({ label, counts }) => ({ label, cells: series.map(({ key }) => written(counts[key] ?? 0)) })),
    isEmpty: columns.every((column) => totalOf(column) === 0),
  };
}

/** The lowest of 1, 2, 5, 10, 20, 50 … that is not below; at least 1. */
export function niceTop(most: number): number {
  if (most <= 1) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5, 10].find((times) => times * unit >= most) ?? 10) * unit;
}

const round = (n: number): number => Math.round(n * 10) / 10;

function rounded<T extends Record<string, number>>(box: T): T {
  return Object.fromEntries(Object.entries(box).map(([key, n]) => [key, round(n)])) as T;
}
