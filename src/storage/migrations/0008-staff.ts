/** Staff of the console: accounts, sessions, counted tries to sign in, and the audit log. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Kind = 'bigint' | 'int' | 'text' | number;

/** `!` in front of a name: the primary key. `?` behind it: may be null. A number: a text of that length. */
const tables: Record<string, { columns: Record<string, Kind>; unique?: string[]; indexes?: string[][] }> = {
  staff: {
    columns: {
      '!id': 16,
      login: 190,
      name: 80,
      role: 12,
      'language?': 20,
      'password?': 200,
      'totp_secret?': 200,
      totp_step: 'bigint',
      recovery_codes: 'text',
      'identity?': 43,
      'invitation?': 43,
      'invited_until?': 'bigint',
      created_at: 'bigint',
      'disabled_at?': 'bigint',
    },
    unique: ['login', 'identity', 'invitation'],
  },
  staff_session: {
    columns: {
      '!id': 16,
      staff_id: 16,
      hash: 43,
      stage: 10,
      created_at: 'bigint',
      seen_at: 'bigint',
      ends_at: 'bigint',
      agent: 200,
      'notice?': 400,
    },
    unique: ['hash'],
    indexes: [['staff_id'], ['ends_at']],
  },
  sign_in_limit: { columns: { '!place': 43, since: 'bigint', tries: 'int' }, indexes: [['since']] },
  staff_event: {
    columns: { '!id': 16, at: 'bigint', actor: 40, what: 40, subject: 90, result: 10, reason: 400 },
    indexes: [
      ['actor', 'id'],
      ['subject', 'id'],
    ],
  },
};

export class Staff1780000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, { columns, unique = [], indexes = [] }] of Object.entries(tables)) {
      await runner.createTable(
        new Table({
          name,
          ...(isSqlite ? {} : { engine: 'InnoDB' }),
          columns: Object.entries(columns).map((each) => columnOf(each, isSqlite)),
          indices: [
            ...unique.map((column) => ({ name: `${name}_one_${column}`, columnNames: [column], isUnique: true })),
            ...indexes.map((columnNames) => ({ name: `${name}_by_${columnNames.join('_')}`, columnNames })),
          ],
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
  const shared = { name: key.replace(/[!?]/, ''), isPrimary: key.startsWith('!'), isNullable: key.endsWith('?') };
  if (kind === 'bigint' || kind === 'int') return { ...shared, type: kind };
  const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  if (kind === 'text') return { ...shared, ...words, type: 'text' };
  return { ...shared, ...words, type: 'varchar', length: String(kind) };
}
