/** How an engine would answer a statement. */
import type { Database } from '../../src/storage/database.ts';

/** How one table of a statement would be read. */
export interface Seen {
  table: string;
  isScan: boolean;
  isSorted: boolean;
  plan: string;
}

/** Tables smaller than this may be read whole. */
const small = 5_000;

/** Asks the engine for its plan. */
export async function explain(
  database: Database,
  sql: string,
  values: readonly unknown[],
  isSqlite: boolean,
): Promise<Seen[]> {
  if (isSqlite) return explainSqlite(database, sql, values);
  const rows: { table: string; type: string; key: string | null; rows: number | string; Extra: string }[] =
    await database.read.query(`explain ${sql}`, [...values]);
  return rows.map((row) => {
    const isMuch = Number(row.rows) > small;
    return {
      table: row.table,
      isScan: isMuch && (row.type === 'ALL' || row.type === 'index'),
      isSorted: isMuch && /filesort|temporary/.test(row.Extra),
      plan: JSON.stringify(row),
    };
  });
}

async function explainSqlite(database: Database, sql: string, values: readonly unknown[]): Promise<Seen[]> {
  const rows: { detail: string }[] = await database.read.query(`explain query plan ${sql}`, [...values]);
  const plan = rows.map((row) => row.detail).join('; ');
  const [, table = ''] = /(?:from|update) "?(\w+)"?/i.exec(sql) ?? [];
  const [{ n = 0 } = {}]: { n?: number }[] =
    table === '' || table === 'sqlite_master'
      ? []
      : await database.read.query(`select count(*) as n from (select 1 from ${table} limit ${small + 1})`);
  const isMuch = n > small;
  return [
    {
      table,
      isScan: isMuch && /SCAN/.test(plan) && !/SCAN \w+ USING (?:COVERING )?INDEX \w+; .*SEARCH/.test(plan),
      isSorted: isMuch && /TEMP B-TREE/.test(plan),
      plan,
    },
  ];
}
