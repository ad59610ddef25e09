/** What happens when: a heap that gives the earliest first. */
import type { Instant } from '../../src/clock.ts';

export interface Agenda<T> {
  add(at: Instant, what: T): void;
  /** When the earliest is due; Infinity when nothing is left. */
  next(): Instant;
  take(): T | undefined;
  readonly size: number;
}

export function createAgenda<T>(): Agenda<T> {
  const heap: { at: Instant; order: number; what: T }[] = [];
  let order = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [x, y] = [heap[a], heap[b]];
    return x !== undefined && y !== undefined && (x.at < y.at || (x.at === y.at && x.order < y.order));
  };
  const swap = (a: number, b: number): void => {
    const [x, y] = [heap[a], heap[b]];
    if (x && y) [heap[a], heap[b]] = [y, x];
  };
  return {
    add(at, what) {
      heap.push({ at, order: (order += 1), what });
      for (let here = heap.length - 1; here > 0;) {
        const above = (here - 1) >> 1;
        if (!isBefore(here, above)) break;
        swap(here, above);
        here = above;
      }
    },
    next: () => heap[0]?.at ?? Infinity,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) heap[0] = last;
      for (let here = 0; ;) {
        const [left, right] = [here * 2 + 1, here * 2 + 2];
        const least = isBefore(right, left) ? right : left;
        if (!isBefore(least, here)) break;
        swap(here, least);
        here = least;
      }
      return first.what;
    },
    get size() {
      return heap.length;
    },
  };
}
