/** Many rows in few statements, written here: a query builder would take longer over them than the database. */
import type { EntityMetadata, EntitySchema } from 'typeorm';
import type { Transaction } from './database.ts';
import { nameOf, piecesOf } from './statement-parts.ts';

/** Rows in one insert: SQLite allows 32,766 values, and a statement of one size is prepared once. */
const rowsPerInsert = 100;

/** Inserts rows by multi-row statements, without reading anything back. */
export async function insertRows<Row extends object>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  rows: readonly Row[],
): Promise<void> {
  for (const piece of piecesOf(rows, rowsPerInsert)) await insertPiece(transaction, table, piece, '');
}

/** Inserts rows, or sets these columns of the rows whose key is there already. */
export async function writeRowsOver<Row extends object>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  rows: readonly Row[],
  changed: readonly (keyof Row & string)[],
): Promise<void> {
  const metadata = transaction.dataSource.getMetadata(table);
  const isSqlite = transaction.dataSource.options.type === 'better-sqlite3';
  const columns = changed.map((property) => nameOf(transaction, metadata, property));
  const keys = metadata.primaryColumns.map((column) => nameOf(transaction, metadata, column.propertyName));
  const over = isSqlite
    ? ` ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`
    : ` ON DUPLICATE KEY UPDATE ${columns.map((name) => `${name} = VALUES(${name})`).join(', ')}`;
  for (const piece of piecesOf(rows, rowsPerInsert)) await insertPiece(transaction, table, piece, over);
}

/** What `updateRows` does to each row. */
interface Change<Row> {
  set: Partial<Row>;
  /** Counters that rise by one. */
  plus?: readonly (keyof Row & string)[];
  /** Rows that are no longer so stay as they are. */
  where?: Partial<Row>;
}

/** Changes all rows with these ids in the same way. */
export async function updateRows<Row extends { id: string }>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  ids: readonly string[],
  { set, plus = [], where = {} }: Change<Row>,
): Promise<void> {
  const metadata = transaction.dataSource.getMetadata(table);
  const { driver } = transaction.dataSource;
  const given = (values: Partial<Row>): { terms: string[]; values: unknown[] } => {
    const columns = metadata.columns.filter((column) => values[column.propertyName as keyof Row] !== undefined);
    return {
      terms: columns.map((column) => `${driver.escape(column.databaseName)} = ?`),
      values: columns.map((column): unknown =>
        driver.preparePersistentValue(values[column.propertyName as keyof Row], column),
      ),
    };
  };
  const raised = plus.map((property) => nameOf(transaction, metadata, property)).map((name) => `${name} = ${name} + 1`);
  const [sets, wheres] = [given(set), given(where)];
  for (const piece of piecesOf(ids)) {
    const isOne = `${driver.escape('id')} IN (${piece.map(() => '?').join(', ')})`;
    await transaction.query(
      `UPDATE ${driver.escape(metadata.tablePath)} SET ${[...sets.terms, ...raised].join(', ')} WHERE ${[isOne, ...wheres.terms].join(' AND ')}`,
      [...sets.values, ...piece, ...wheres.values],
    );
  }
}

async function insertPiece<Row extends object>(
  transaction: Transaction,
  table: EntitySchema<Row>,
  rows: readonly Row[],
  ending: string,
): Promise<void> {
  const metadata = transaction.dataSource.getMetadata(table);
  const plan = insertPlanOf(transaction, metadata);
  const values: unknown[] = [];
  for (const row of rows) {
    for (const { property, to } of plan.columns) {
      const value = (row as Record<string, unknown>)[property] ?? null;
      values.push(value === null || to === undefined ? value : to(value));
    }
  }
  await transaction.query(plan.statement(rows.length) + ending, values);
}

interface InsertPlan {
  columns: readonly { property: string; to: ((value: unknown) => unknown) | undefined }[];
  statement(rows: number): string;
}

const plans = new WeakMap<EntityMetadata, InsertPlan>();

/** Everything about an insert that is the same for every row of a table, worked out once. */
function insertPlanOf({ dataSource }: Transaction, metadata: EntityMetadata): InsertPlan {
  const known = plans.get(metadata);
  if (known) return known;
  const { columns, tablePath } = metadata;
  const name = (text: string): string => dataSource.driver.escape(text);
  const row = `(${columns.map(() => '?').join(', ')})`;
  const head = `INSERT INTO ${name(tablePath)} (${columns.map((column) => name(column.databaseName)).join(', ')}) VALUES `;
  const plan: InsertPlan = {
    columns: columns.map(({ propertyName, transformer }) => ({
      property: propertyName,
      // Each of our columns has one transformer or none.
      to: transformer && !Array.isArray(transformer) ? transformer.to.bind(transformer) : undefined,
    })),
    statement: (rows) => head + Array.from({ length: rows }, () => row).join(', '),
  };
  plans.set(metadata, plan);
  return plan;
}
