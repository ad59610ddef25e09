/** Columns that mean the same on every engine, and the naming of columns in SQL. */
import { DefaultNamingStrategy, type EntitySchemaColumnOptions, type NamingStrategyInterface } from 'typeorm';

/** `nextAttemptAt` in code is `next_attempt_at` in SQL, so that people can query it by hand. */
export class SnakeCase extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(property: string, custom: string | undefined): string {
    return custom ?? property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

/** Drivers hand out 64-bit integers as text; our instants and counters fit a double exactly. */
const number = {
  to: (value: number | null | undefined) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

export const id: EntitySchemaColumnOptions = { type: 'varchar', length: 16 };
export const instant: EntitySchemaColumnOptions = { type: 'bigint', transformer: number };
export const count: EntitySchemaColumnOptions = { type: 'int' };
export const flag: EntitySchemaColumnOptions = {
  type: 'int',
  // A number to the engine, true or false to us.
  transformer: { to: (value: boolean) => (value ? 1 : 0), from: (value: number | string) => Number(value) === 1 },
};
export const longText: EntitySchemaColumnOptions = { type: 'text' };
export const bytes: EntitySchemaColumnOptions = {
  type: 'blob',
  // libsql hands out ArrayBuffers, other drivers Buffers.
  transformer: {
    to: (value: Buffer) => value,
    from: (value: ArrayBuffer | Buffer) => (Buffer.isBuffer(value) ? value : Buffer.from(value)),
  },
};

/** A short text of at most `length` characters. */
export function word(length: number): EntitySchemaColumnOptions {
  return { type: 'varchar', length };
}

/** A value kept as JSON text; shaped by the slice that owns the column. */
export const json: EntitySchemaColumnOptions = {
  type: 'text',
  transformer: {
    to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
    from: (value: string | null): unknown => (value === null ? null : JSON.parse(value)),
  },
};

export function primary(column: EntitySchemaColumnOptions): EntitySchemaColumnOptions {
  return { ...column, primary: true };
}

export function optional(column: EntitySchemaColumnOptions): EntitySchemaColumnOptions {
  return { ...column, nullable: true };
}
