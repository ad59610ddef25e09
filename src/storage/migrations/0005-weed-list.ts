/** The weed list: names kept from the next petition, its history, and on each petition how many were left out. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

/** `!` in front of a name: the primary key. A number: a text of that length. */
const tables: Record<string, { columns: Record<string, number | 'bigint'>; index: string[] }> = {
  withheld: {
    columns: { '!letter_id': 16, campaign: 80, target: 80, since: 'bigint', withheld_by: 80, reason: 400 },
    index: ['campaign'],
  },
  weed_event: {
    columns: { '!id': 16, letter_id: 16, at: 'bigint', what: 10, told_by: 80, reason: 400 },
    index: ['letter_id'],
  },
};

export class WeedList1780000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, { columns, index }] of Object.entries(tables)) {
      await runner.createTable(
        new Table({
          name,
          ...(isSqlite ? {} : { engine: 'InnoDB' }),
          columns: Object.entries(columns).map((each) => columnOf(each, isSqlite)),
          indices: [{ name: `${name}_by_${index.join('_')}`, columnNames: index }],
        }),
        true,
      );
    }
    // MySQL commits each change by itself: after a crash half-way the column may be there already.
    if (await runner.hasColumn('petition', 'withheld')) return;
    await runner.query('alter table petition add column withheld int not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table petition drop column withheld');
    for (const name of Object.keys(tables).toReversed()) await runner.dropTable(name);
  }
}

function columnOf([key, kind]: [string, number | 'bigint'], isSqlite: boolean): TableColumnOptions {
  const shared = { name: key.replace('!', ''), isPrimary: key.startsWith('!') };
  if (kind === 'bigint') return { ...shared, type: kind };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
