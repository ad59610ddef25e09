/** Works side by side on what comes one by one, as far as there is room, and gives the results in their order. */

/** How many may be worked on at a time, which may change; with none under way, `wait` says when the next one begins. */
export interface Room {
  atOnce(): number;
  wait(): Promise<void>;
}

/** Works on a few at a time and gives the results in the order of what came in. Nothing is left running after an error. */
export async function* inOrder<In, Out>(
  all: AsyncIterable<In>,
  work: (one: In) => Promise<Out>,
  room: Room,
): AsyncGenerator<Out> {
  const underWay: Promise<Out>[] = [];
  try {
    for await (const one of all) {
      for (; underWay[0] && underWay.length >= room.atOnce(); void underWay.shift()) yield await underWay[0];
      if (underWay.length === 0) await room.wait();
      const working = work(one);
      // One that fails while an earlier one is waited for is told when its turn comes.
      working.catch(() => undefined);
      underWay.push(working);
    }
    for (; underWay[0]; void underWay.shift()) yield await underWay[0];
  } finally {
    await Promise.allSettled(underWay);
  }
}
