/** What may keep letters from leaving: breakers for us and for each target, staff's pauses, mailboxes found dead. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

/** `!` in front of a name: part of the primary key. `?` behind it: may be null. A number: a text of that length. */
const made: Record<string, { columns: Record<string, 'bigint' | 'int' | 'text' | number>; index?: string[] }> = {
  site: {
    columns: { '!id': 90, paused_until: 'bigint', strikes: 'int', reason: 200, since: 'bigint', 'probe?': 16 },
  },
  pause: { columns: { '!place': 90, since: 'bigint', paused_by: 80, reason: 400 } },
  hold_event: {
    columns: { '!id': 16, place: 90, at: 'bigint', what: 10, told_by: 80, reason: 400, evidence: 'text' },
    index: ['place', 'at'],
  },
  dead_mailbox: {
    columns: { '!outcome_id': 16, target: 80, mailbox: 254, at: 'bigint' },
    index: ['target', 'at'],
  },
};

/** Replies that no rule knows, for whoever reviews them. */
const byClass = { name: 'outcome_by_class_at', columnNames: ['class', 'at'] };

export class Holds1780000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    // It held one pause of an hour at most, and grows by columns and by a longer key.
    await runner.dropTable('site', true);
    for (const [name, { columns, index }] of Object.entries(made)) {
      const indices = index ? [{ name: `${name}_by_${index.join('_')}`, columnNames: index }] : [];
      const all = Object.entries(columns).map(([key, kind]) => columnOf(key, kind, isSqlite));
      const engine = isSqlite ? {} : { engine: 'InnoDB' };
      await runner.createTable(new Table({ name, ...engine, columns: all, indices }), true);
    }
    const words = isSqlite ? '' : ' character set utf8mb4 collate utf8mb4_bin';
    // Not by TypeORM, which would copy the whole table on SQLite.
    if (!(await runner.hasColumn('attempt', 'mailbox')))
      await runner.query(`alter table attempt add column mailbox varchar(254)${words}`);
    const outcome = await runner.getTable('outcome');
    if (!outcome?.indices.some(({ name }) => name === byClass.name))
      await runner.createIndex('outcome', new TableIndex(byClass));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('outcome', byClass.name);
    await runner.query('alter table attempt drop column mailbox');
    for (const name of Object.keys(made)) if (name !== 'site') await runner.dropTable(name);
  }
}

function columnOf(key: string, kind: 'bigint' | 'int' | 'text' | number, isSqlite: boolean): TableColumnOptions {
  const shared = { name: key.replace(/[!?]/g, ''), isPrimary: key.startsWith('!'), isNullable: key.endsWith('?') };
  if (kind === 'bigint' || kind === 'int') return { ...shared, type: kind };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  if (kind === 'text') return { ...shared, ...words, type: isSqlite ? 'text' : 'longtext' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
