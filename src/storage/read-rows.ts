/** Many rows by their keys in few statements, read without a query builder. */
import type { EntitySchema } from 'typeorm';
import type { Transaction } from './database.ts';
import { columnOf, nameOf, piecesOf, type Column } from './statement-parts.ts';

/** Whole rows by id, in no order. */
export async function readRows<Row extends { id: string }>(
  reader: Transaction,
  table: EntitySchema<Row>,
  ids: readonly string[],
): Promise<Row[]> {
  return readRowsBy(reader, table, 'id', ids);
}

/** Whole rows in which `property` has one of these values, in no order. */
export async function readRowsBy<Row extends object>(
  reader: Transaction,
  table: EntitySchema<Row>,
  property: keyof Row & string,
  wanted: readonly string[],
): Promise<Row[]> {
  const { columns } = reader.dataSource.getMetadata(table);
  return readBy<Row>(reader, table, { property, wanted, columns });
}

/** Some columns of the rows with these ids, in no order; nobody else may change the rows until the commit. */
export async function holdRows<Row extends { id: string }, Wanted extends keyof Row & string>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  ids: readonly string[],
  properties: readonly Wanted[],
): Promise<Pick<Row, Wanted>[]> {
  const metadata = transaction.dataSource.getMetadata(table);
  const columns = properties.map((property) => columnOf(metadata, property));
  // SQLite has one writer at a time, and no such clause.
  const ending = transaction.dataSource.options.type === 'better-sqlite3' ? '' : ' FOR UPDATE';
  return readBy<Pick<Row, Wanted>>(transaction, table, { property: 'id', wanted: ids, columns, ending });
}

interface Reading {
  property: string;
  wanted: readonly string[];
  columns: readonly Column[];
  ending?: string;
}

async function readBy<Found>(
  reader: Transaction,
  table: EntitySchema,
  { property, wanted, columns, ending = '' }: Reading,
): Promise<Found[]> {
  const { driver } = reader.dataSource;
  const metadata = reader.dataSource.getMetadata(table);
  const names = columns.map((column) => driver.escape(column.databaseName)).join(', ');
  const head = `SELECT ${names} FROM ${driver.escape(metadata.tablePath)} WHERE ${nameOf(reader, metadata, property)} IN `;
  const readers = columns.map(({ propertyName, databaseName, transformer }) => ({
    propertyName,
    databaseName,
    from: transformer && !Array.isArray(transformer) ? transformer.from.bind(transformer) : undefined,
  }));
  const found: Found[] = [];
  for (const piece of piecesOf(wanted)) {
    const marks = piece.map(() => '?').join(', ');
    const rows: Record<string, unknown>[] = await reader.query(`${head}(${marks})${ending}`, [...piece]);
    for (const raw of rows) {
      const row: Record<string, unknown> = {};
      for (const { propertyName, databaseName, from } of readers)
        row[propertyName] = from ? from(raw[databaseName]) : raw[databaseName];
      found.push(row as Found);
    }
  }
  return found;
}
