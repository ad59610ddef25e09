/** Reading rows in order to change them: where writers run side by side, the rows are locked until the commit. */
import type { Transaction } from './database.ts';

interface Locking {
  lock?: { mode: 'pessimistic_write' };
}

/**
 * To be spread into the options of `find` or `findOne` of a transaction. SQLite has one writer at a time and no such
 * clause.
 */
export function locked(transaction: Transaction): Locking {
  return transaction.dataSource.options.type === 'better-sqlite3' ? {} : { lock: { mode: 'pessimistic_write' } };
}
