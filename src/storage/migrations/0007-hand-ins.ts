/** Hand-ins that can be struck, what follows them, their photos and scans, and the outbox of webhooks. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Kind = 'bigint' | 'int' | 'text' | number;

/** `!` in front of a name: primary key. `?` behind it: may be null. A number: a text of that length. */
const tables: Record<string, { columns: Record<string, Kind>; indexes: string[][]; unique?: string[] }> = {
  follow_up: {
    columns: {
      '!id': 16,
      petition_id: 16,
      at: 'bigint',
      what: 10,
      'reference?': 200,
      'note?': 2000,
      recorded_at: 'bigint',
      recorded_by: 80,
    },
    indexes: [['petition_id']],
  },
  hand_in_file: {
    columns: {
      '!id': 16,
      hand_in_id: 16,
      petition_id: 16,
      file: 120,
      type: 40,
      bytes: 'int',
      sha256: 64,
      added_at: 'bigint',
      added_by: 80,
    },
    indexes: [['petition_id']],
  },
  webhook_event: {
    columns: { '!id': 16, type: 40, fact: 120, at: 'bigint', data: 'text', 'spread_at?': 'bigint' },
    indexes: [['spread_at', 'at'], ['at']],
    unique: ['fact'],
  },
  webhook_delivery: {
    columns: {
      '!event_id': 16,
      '!endpoint': 16,
      due_at: 'bigint',
      tries: 'int',
      'status?': 'int',
      'ended_at?': 'bigint',
      'result?': 12,
    },
    indexes: [['ended_at', 'due_at']],
  },
};

const struck: Record<string, string> = { struck_at: 'bigint', struck_by: 'varchar(80)', strike_reason: 'varchar(400)' };

/** For lists of petitions, and for those that wait for somebody. */
const indexes = [
  new TableIndex({ name: 'petition_by_campaign_id', columnNames: ['campaign', 'id'] }),
  new TableIndex({ name: 'petition_by_state', columnNames: ['state'] }),
];

export class HandIns1780000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, plan] of Object.entries(tables)) {
      const indices = plan.indexes.map((columnNames) => ({ name: `${name}_by_${columnNames.join('_')}`, columnNames }));
      const uniques = (plan.unique ?? []).map((column) => ({
        name: `${name}_one_${column}`,
        columnNames: [column],
        isUnique: true,
      }));
      const columns = Object.entries(plan.columns).map(([key, kind]) => columnOf(key, kind, isSqlite));
      const engine = isSqlite ? {} : { engine: 'InnoDB' };
      await runner.createTable(new Table({ name, ...engine, columns, indices: [...indices, ...uniques] }), true);
    }
    // MySQL commits each change by itself: after a crash half-way some may be there already.
    for (const [name, type] of Object.entries(struck)) {
      if (await runner.hasColumn('hand_in', name)) continue;
      const words = isSqlite || type === 'bigint' ? '' : ' character set utf8mb4 collate utf8mb4_bin';
      await runner.query(`alter table hand_in add column ${name} ${type}${words} null`);
    }
    const petition = await runner.getTable('petition');
    for (const index of indexes)
      if (!petition?.indices.some(({ name }) => name === index.name)) await runner.createIndex('petition', index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of indexes) await runner.dropIndex('petition', index);
    for (const name of Object.keys(struck)) await runner.query(`alter table hand_in drop column ${name}`);
    for (const name of Object.keys(tables).toReversed()) await runner.dropTable(name);
  }
}

function columnOf(key: string, kind: Kind, isSqlite: boolean): TableColumnOptions {
  const shared = { name: key.replace(/[!?]/g, ''), isPrimary: key.startsWith('!'), isNullable: key.endsWith('?') };
  if (kind === 'bigint' || kind === 'int') return { ...shared, type: kind };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  if (kind === 'text') return { ...shared, ...words, type: isSqlite ? 'text' : 'longtext' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
