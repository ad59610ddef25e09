/** Group commit: many small requests share one transaction, so that the price of a disk flush is paid once. */

export interface GroupCommit<Item, Result> {
  /** Resolves with the item's own result after the group's transaction is on disk. */
  add(item: Item): Promise<Result>;
  /** Items that wait for their transaction, for back-pressure. */
  readonly waiting: number;
  /** Resolves when everything added so far is on disk or refused. */
  drain(): Promise<void>;
}

interface Waiter<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}

/**
 * While one group is being committed the next one gathers; an idle committer starts at the end of the
 * current turn of the event loop. `commit` gets at most `limit` items and answers one result per item, in order.
 * When it throws, the whole group is refused.
 */
export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  limit = 500,
): GroupCommit<Item, Result> {
  let gathered: Waiter<Item, Result>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (gathered.length > 0) {
      const group = gathered.splice(0, limit);
      try {
        const results = await commit(group.map((waiter) => waiter.item));
        for (const [index, waiter] of group.entries()) waiter.resolve(results[index] as Result);
      } catch (reason) {
        for (const waiter of group) waiter.reject(reason);
      }
    }
    running = undefined;
  }

  return {
    add(item) {
      return new Promise<Result>((resolve, reject) => {
        gathered.push({ item, resolve, reject });
        running ??= run();
      });
    },
    get waiting() {
      return gathered.length;
    },
    async drain() {
      await running;
    },
  };
}
