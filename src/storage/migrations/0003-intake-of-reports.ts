/** What the doors for returned mail remember: who sent an event, how far a mailbox was read, which events were seen, which answers went on. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

/** A number is a text of that length; `?` behind a name: may be null. */
const tables: Record<string, { columns: Record<string, number | 'bigint' | 'int'>; indexes?: string[][] }> = {
  mailbox_mark: { columns: { '!mailbox': 43, uid_validity: 20, uid: 'bigint' } },
  seen_event: { columns: { '!event': 43, contents: 43, seen_at: 'bigint' }, indexes: [['seen_at']] },
  answer: {
    columns: {
      '!id': 16,
      letter_id: 16,
      due_at: 'bigint',
      tries: 'int',
      'started_at?': 'bigint',
      'ended_at?': 'bigint',
      'verdict?': 12,
    },
    indexes: [['letter_id'], ['ended_at', 'due_at']],
  },
};

export class IntakeOfReports1780000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, { columns, indexes = [] }] of Object.entries(tables)) {
      await runner.createTable(
        new Table({
          name,
          ...(isSqlite ? {} : { engine: 'InnoDB' }),
          columns: Object.entries(columns).map((each) => column(each, isSqlite)),
          indices: indexes.map((columnNames) => ({ name: `${name}_by_${columnNames.join('_')}`, columnNames })),
        }),
        true,
      );
    }
    // MySQL commits each change by itself: after a crash half-way the column may be there already.
    if (await runner.hasColumn('returned_mail', 'source')) return;
    const words = isSqlite ? '' : ' character set utf8mb4 collate utf8mb4_bin';
    await runner.query(`alter table returned_mail add column source varchar(10)${words} not null default 'mail'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table returned_mail drop column source');
    for (const name of Object.keys(tables).toReversed()) await runner.dropTable(name);
  }
}

function column([name, kind]: [string, number | 'bigint' | 'int'], isSqlite: boolean): TableColumnOptions {
  const shared = { name: name.replace(/[!?]/g, ''), isPrimary: name.startsWith('!'), isNullable: name.endsWith('?') };
  if (typeof kind === 'string') return { ...shared, type: kind };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
