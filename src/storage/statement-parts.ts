/** What statements over many rows are made of. */
import type { EntityMetadata } from 'typeorm';
import type { Transaction } from './database.ts';

export type Column = EntityMetadata['columns'][number];

/** Cuts a list into pieces of at most `size`. */
export function* piecesOf<T>(list: readonly T[], size = 1_000): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

/** The escaped name of a property's column. */
export function nameOf({ dataSource }: Transaction, metadata: EntityMetadata, property: string): string {
  return dataSource.driver.escape(columnOf(metadata, property).databaseName);
}

/** The column of a property; a misspelled one is a mistake of ours. */
export function columnOf(metadata: EntityMetadata, property: string): Column {
  const column = metadata.findColumnWithPropertyName(property);
  if (!column) throw new Error(`${metadata.tableName} has no ${property}`);
  return column;
}
