/** Mails of ours to signers: one row each, who wants no more of them, and how far the signers of a petition were told. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Kind = number | 'bigint' | 'int';

/** `!` in front of a name: the primary key. `?` behind it: may be null. A number: a text of that length. */
const tables: Record<string, { columns: Record<string, Kind>; unique?: string[]; indexes?: string[][] }> = {
  notice: {
    columns: {
      '!id': 16,
      signature_id: 16,
      kind: 12,
      about: 16,
      campaign: 80,
      language: 20,
      address_key: 43,
      created_at: 'bigint',
      due_at: 'bigint',
      asked: 'int',
      tries: 'int',
      'started_at?': 'bigint',
      'ended_at?': 'bigint',
      'verdict?': 12,
    },
    unique: ['signature_id', 'kind', 'about'],
    indexes: [
      ['kind', 'ended_at', 'due_at'],
      ['address_key', 'created_at'],
    ],
  },
  notice_stop: { columns: { '!id': 43, until: 'bigint', reason: 12 } },
  notice_round: { columns: { '!petition_id': 16, next: 'int', 'ended_at?': 'bigint' } },
};

export class Notices1780000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, { columns, unique, indexes = [] }] of Object.entries(tables)) {
      const named = (columnNames: string[], isUnique: boolean) => ({
        name: `${name}_by_${columnNames.join('_')}`,
        columnNames,
        isUnique,
      });
      await runner.createTable(
        new Table({
          name,
          ...(isSqlite ? {} : { engine: 'InnoDB' }),
          columns: Object.entries(columns).map((each) => columnOf(each, isSqlite)),
          indices: [...(unique ? [named(unique, true)] : []), ...indexes.map((each) => named(each, false))],
        }),
        // MySQL commits each table by itself: after a crash half-way the rest is made.
        true,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(tables).toReversed()) await runner.dropTable(name);
  }
}

function columnOf([key, kind]: [string, Kind], isSqlite: boolean): TableColumnOptions {
  const shared = { name: key.replace(/[!?]/g, ''), isPrimary: key.startsWith('!'), isNullable: key.endsWith('?') };
  if (typeof kind === 'string') return { ...shared, type: kind };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
