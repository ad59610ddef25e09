/** What was opened, closed again in the opposite order, however far the start came. */

export interface Closers {
  add(close: () => Promise<unknown>): void;
  /** Closes everything, the newest first; one that fails does not keep the others open. */
  closeAll(): Promise<void>;
}

export function createClosers(): Closers {
  const open: (() => Promise<unknown>)[] = [];
  return {
    add(close) {
      open.push(close);
    },
    async closeAll() {
      for (const close of open.splice(0).toReversed()) await close().catch(() => undefined);
    },
  };
}
