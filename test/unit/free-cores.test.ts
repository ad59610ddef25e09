import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFreeCores, createRest, fixedCores, restful } from '../../src/petitions/free-cores.ts';
import { coresFor } from '../../src/petitions/give-way.ts';

/** Two cores whose other work is `busy` cores' worth, until that is changed; pauses move its watch. */
function aMachine(busy = 0) {
  const sum = { busy: 0, all: 0 };
  let seconds = 0;
  const machine = {
    busy,
    pauses: 0,
    pass(length: number): void {
      seconds += length;
      sum.busy += machine.busy * length * 1_000;
      sum.all += 2 * length * 1_000;
    },
    times: () => ({ cores: 2, ...sum }),
    seconds: () => seconds,
    pause(milliseconds: number): Promise<void> {
      machine.pauses += 1;
      machine.pass(milliseconds / 1_000);
      return Promise.resolve();
    },
  };
  return machine;
}

describe('cores that nothing else needs', () => {
  test.each([
    [0, 2],
    [0.6, 2],
    [0.7, 1],
    [1, 1],
    [1.1, 0],
    [2, 0],
  ])('while other work takes %f of two: %i', (busy, free) => {
    const machine = aMachine(busy);
    const cores = createFreeCores(2, machine);
    machine.pass(1);
    expect(cores.count()).toBe(free);
  });

  test('are looked at over a quarter of a second at least, and anew each time', () => {
    const machine = aMachine(2);
    const cores = createFreeCores(2, machine);
    machine.pass(0.1);
    expect(cores.count()).toBe(2);
    machine.pass(0.2);
    expect(cores.count()).toBe(0);
    machine.busy = 1;
    machine.pass(0.2);
    expect(cores.count()).toBe(0);
    machine.pass(0.3);
    expect(cores.count()).toBe(1);
    machine.busy = 0;
    machine.pass(1);
    expect(cores.count()).toBe(2);
  });

  test('are never more than were asked for, nor less than none', () => {
    const busy = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(busy, { minLength: 1 }), (most, loads) => {
        const machine = aMachine();
        const cores = createFreeCores(most, machine);
        for (const load of loads) {
          machine.busy = load;
          machine.pass(1);
          const count = cores.count();
          expect(Number.isInteger(count) && count >= 0 && count <= most).toBe(true);
          // What is not calm keeps what it needs.
          if (load > 2 / 3) expect(count + load).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  test('of the real machine can be told', () => {
    const cores = createFreeCores(3);
    expect(cores.count()).toBe(3);
    expect([fixedCores(5).count(), fixedCores().count() >= 1]).toEqual([5, true]);
  });
});

test('whatever is niced keeps to them, and nothing else does', () => {
  const countOf = (nice?: number): number => {
    const machine = aMachine(2);
    const cores = coresFor(nice, machine);
    machine.pass(1);
    return cores.count();
  };
  expect([countOf(), countOf(1), countOf(19)]).toEqual([0, 0, 0]);
  expect(countOf(0)).toBeGreaterThan(0);
});

test('a list that is read rests after every two thousand names, for the work it was, and none is lost', async () => {
  const rests: number[] = [];
  const cores = { count: () => 0, wait: (took: number) => Promise.resolve(void rests.push(took)) };
  const work = (): void => {
    const before = process.threadCpuUsage();
    for (let spent = 0; spent < 10_000;) {
      const { user, system } = process.threadCpuUsage(before);
      spent = user + system;
    }
  };
  const list = Array.from({ length: 5_000 }, (_, n) => n);
  const read: number[] = [];
  for await (const n of restful(list, cores)) {
    read.push(n);
    if (n % 1_000 === 0) work();
    if (n >= 2_000) expect(rests).toHaveLength(n < 4_000 ? 1 : 2);
  }
  expect(read).toEqual(list);
  // Two pieces of work in each stretch, a hundredth of a second each.
  for (const took of rests) expect(took).toBeGreaterThanOrEqual(0.02);
});

test('between batches it rests for what the last one took, its own rest not counted', async () => {
  let seconds = 0;
  const watch = () => {
    const start = seconds;
    return () => seconds - start;
  };
  const rests: number[] = [];
  const cores = { count: () => 0, wait: (took: number) => Promise.resolve(void (rests.push(took), (seconds += 100))) };
  const rest = createRest(cores, undefined, watch);
  for (const took of [0, 3, 2]) {
    seconds += took;
    await rest();
  }
  expect(rests).toEqual([0, 3, 2]);
});

describe('a rest after a volume', () => {
  async function rest(machine: ReturnType<typeof aMachine>, took: number, signal?: AbortSignal): Promise<number> {
    const cores = createFreeCores(2, machine);
    machine.pass(1);
    const before = machine.seconds();
    await cores.wait(took, signal);
    return machine.seconds() - before;
  }

  test('ends at once on a free machine, and before the first volume', async () => {
    expect(await rest(aMachine(0), 3)).toBe(0);
    expect(await rest(aMachine(2), 0)).toBe(0);
  });

  test('ends when typesetting has had a tenth of a core', async () => {
    expect(await rest(aMachine(2), 2)).toBe(18);
  });

  test('ends as soon as a core is free', async () => {
    const machine = aMachine(2);
    const { pause } = machine;
    machine.pause = (milliseconds) => {
      if (machine.pauses === 7) machine.busy = 0.5;
      return pause(milliseconds);
    };
    expect(await rest(machine, 100)).toBe(2);
  });

  test('ends when it is stopped, with the reason', async () => {
    const machine = aMachine(2);
    const stopping = new AbortController();
    const reason = new Error('closing');
    const { pause } = machine;
    machine.pause = (milliseconds) => {
      if (machine.pauses === 3) stopping.abort(reason);
      return pause(milliseconds);
    };
    await expect(rest(machine, 1, stopping.signal)).rejects.toBe(reason);
    expect(machine.pauses).toBe(4);
  });

  test('where nothing is given way to is none, and is stopped all the same', async () => {
    const stopping = new AbortController();
    const cores = fixedCores(1);
    await cores.wait(1_000, stopping.signal);
    const reason = new Error('closing');
    stopping.abort(reason);
    await expect(cores.wait(0, stopping.signal)).rejects.toBe(reason);
  });
});
