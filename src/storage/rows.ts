/** Many rows in few statements. */
import type { EntityMetadata, EntitySchema } from 'typeorm';
import type { Transaction } from './database.ts';

/** Cuts a list into pieces of at most `size`. */
export function* piecesOf<T>(list: readonly T[], size = 1_000): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

/** Rows in one insert: SQLite allows 32,766 values, and a statement of one size is prepared once. */
const rowsPerInsert = 100;

/**
 * Inserts rows by multi-row statements, without reading anything back. The statement is written here from the
 * table's own columns: TypeORM's query builder would take longer over it than the database.
 */
export async function insertRows<Row extends object>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const metadata = transaction.connection.getMetadata(table);
  const { driver } = transaction.connection;
  for (const piece of piecesOf(rows, rowsPerInsert)) {
    const values = piece.flatMap((row) =>
      metadata.columns.map(
        (column) => driver.preparePersistentValue(column.getEntityValue(row) ?? null, column) as unknown,
      ),
    );
    await transaction.query(insertStatement(transaction, metadata, piece.length), values);
  }
}

function insertStatement({ connection }: Transaction, { tablePath, columns }: EntityMetadata, rows: number): string {
  const name = (text: string): string => connection.driver.escape(text);
  const row = `(${columns.map(() => '?').join(', ')})`;
  const names = columns.map((column) => name(column.databaseName)).join(', ');
  return `INSERT INTO ${name(tablePath)} (${names}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`;
}
