/** The versions of campaigns, whole, with who saved them when; and letters that staff send to themselves to look at. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Kind = number | 'bigint' | 'int' | 'text' | 'blob';

/** `!` in front of a name: part of the primary key; `?` behind it: may be null. A number: a text of that length. */
const tables: Record<string, { columns: Record<string, Kind>; index?: string[] }> = {
  campaign_version: {
    columns: {
      '!slug': 80,
      '!seq': 'int',
      version: 16,
      files: 'text',
      changed: 'text',
      saved_by: 80,
      saved_at: 'bigint',
      note: 400,
      origin: 10,
    },
    index: ['slug', 'version'],
  },
  test_letter: {
    columns: {
      '!id': 16,
      campaign: 80,
      version: 16,
      target: 80,
      language: 20,
      asked_by: 80,
      asked_at: 'bigint',
      sender: 254,
      recipient: 254,
      message: 'blob',
      due_at: 'bigint',
      tries: 'int',
      'started_at?': 'bigint',
      'ended_at?': 'bigint',
      'verdict?': 12,
      'reply?': 1000,
    },
    index: ['asked_by', 'asked_at'],
  },
};

export class CampaignVersions1780000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, { columns, index = [] }] of Object.entries(tables)) {
      await runner.createTable(
        new Table({
          name,
          ...(isSqlite ? {} : { engine: 'InnoDB' }),
          columns: Object.entries(columns).map((each) => columnOf(each, isSqlite)),
          indices: [{ name: `${name}_by_${index.join('_')}`, columnNames: index }],
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
  if (kind === 'bigint' || kind === 'int') return { ...shared, type: kind };
  if (kind === 'blob') return { ...shared, type: isSqlite ? 'blob' : 'longblob' };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  if (kind === 'text') return { ...shared, ...words, type: isSqlite ? 'text' : 'longtext' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
