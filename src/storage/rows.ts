/** Many rows in few statements. */
import type { EntitySchema } from 'typeorm';
import type { Transaction } from './database.ts';

/** Cuts a list into pieces of at most `size`; SQLite allows 32,766 values in one statement. */
export function* piecesOf<T>(list: readonly T[], size = 1_000): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

/** Inserts rows by multi-row statements, without reading anything back. */
export async function insertRows<Row extends object>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  rows: readonly Row[],
): Promise<void> {
  for (const piece of piecesOf(rows)) {
    // TypeORM's own type for values is a deep partial that cannot be met generically.
    await transaction
      .createQueryBuilder()
      .insert()
      .into(table)
      .values(piece as never)
      .updateEntity(false)
      .execute();
  }
}
