/** Group commit: many small requests share one transaction, so that the price of a disk flush is paid once. */

export interface GroupCommit<Item, Result> {
  /** Resolves with the item's own result after the group's transaction is on disk. */
  add(item: Item): Promise<Result>;
  /** Items that wait for their transaction, for back-pressure. Those in a transaction are at most `items` times `lanes`. */
  readonly waiting: number;
  /** Resolves when everything added so far is on disk or refused. */
  drain(): Promise<void>;
}

interface Waiter<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}

interface Limits {
  /** Most items in one transaction. */
  items?: number;
  /** Transactions that may run side by side; worth it where the engine has several writers. */
  lanes?: number;
  /** Milliseconds in which a group gathers before it is written; 0 is the rest of this turn of the event loop. */
  linger?: number;
  /**
   * How long the caller of an item waits, in milliseconds, and what it is then refused with. An item that is in a
   * transaction by then may still be stored: the refusal must be harmless to repeat. Left out: as long as it takes.
   */
  patience?: { milliseconds: number; refusal(): Error };
}

/** Items for which another transaction is begun beside one that runs: it waits for the disk, not for the processor. */
const fewest = 12;

/**
 * While one group is being committed the next one gathers. `commit` answers one result per item, in order. When it throws, the whole group
 * is refused.
 */
export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  { items = 500, lanes = 1, linger = 0, patience }: Limits = {},
): GroupCommit<Item, Result> {
  /** In the order they came; a set, so that one that waited too long is taken out at once. */
  const gathered = new Set<Waiter<Item, Result>>();
  const running = new Set<Promise<void>>();
  let planned: Promise<void> | undefined;

  async function run(group: readonly Waiter<Item, Result>[]): Promise<void> {
    try {
      const results = await commit(group.map((waiter) => waiter.item));
      for (const [index, waiter] of group.entries()) waiter.resolve(results[index] as Result);
    } catch (reason) {
      for (const waiter of group) waiter.reject(reason);
    }
  }

  function plan(): void {
    if (planned || gathered.size === 0 || running.size >= lanes) return;
    // A second transaction beside the first is worth it for some; a few wait for the first and share the next.
    if (running.size > 0 && gathered.size < Math.min(fewest, items)) return;
    planned = new Promise<void>((resolve) => {
      if (linger > 0 && gathered.size < items) setTimeout(resolve, linger);
      else setImmediate(resolve);
    }).then(() => {
      planned = undefined;
      start();
    });
  }

  function start(): void {
    const group: Waiter<Item, Result>[] = [];
    for (const waiter of gathered) {
      if (group.length === items) break;
      group.push(waiter);
      gathered.delete(waiter);
    }
    // All of them may have been refused meanwhile.
    if (group.length === 0) return;
    const written = run(group).then(() => {
      running.delete(written);
      plan();
    });
    running.add(written);
    plan();
  }

  return {
    add(item) {
      return new Promise<Result>((resolve, reject) => {
        const waiter = { item, resolve, reject };
        gathered.add(waiter);
        plan();
        if (!patience) return;
        const late = setTimeout(() => {
          gathered.delete(waiter);
          reject(patience.refusal());
        }, patience.milliseconds);
        waiter.resolve = (result) => (clearTimeout(late), resolve(result));
        waiter.reject = (reason) => (clearTimeout(late), reject(reason));
      });
    },
    get waiting() {
      return gathered.size;
    },
    async drain() {
      while (planned || running.size > 0) {
        await planned;
        await Promise.all(running);
      }
    },
  };
}
