/** The database as every slice sees it: committed rows to read, one way to write. */
import type { EntityManager } from 'typeorm';

/** A transaction under way. What is read through it is locked against other writers. */
export type Transaction = EntityManager;

export interface Database {
  /** Sees committed rows only, so nothing read here can still be rolled back. */
  readonly read: EntityManager;
  /**
   * Runs `work` in one transaction and resolves after the commit is on disk; a throw rolls everything back.
   * On SQLite one writer runs at a time, in the order of the calls. Where writers run side by side, one that lost
   * against another is done again: `work` must be able to run twice, and lock (`locked`) what it decides on.
   */
  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Transactions that can run side by side. */
  readonly writers: number;
  /** Throws when the engine does not answer soon; for readiness. */
  check(): Promise<void>;
  close(): Promise<void>;
}
