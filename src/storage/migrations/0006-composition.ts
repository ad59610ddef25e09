/** Petitions that are sealed and voided in batches, over one campaign or several, on demand or on a schedule. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Columns of a petition that are new. */
const columns: Record<string, string> = {
  campaigns: 'text',
  expected: 'int not null default 0',
  done: 'int not null default 0',
  failures: 'int not null default 0',
  failed_reason: 'varchar(400)',
  failed_name: 'int',
  due_at: 'bigint',
  mail_stopped_at: 'bigint',
};

/** What is still to be done for a petition, by when. */
const due = { table: 'petition', name: 'petition_by_due_at', columnNames: ['due_at'] };
/** Asked for by nobody any more. */
const idle = { table: 'petition', name: 'petition_by_files_at', columnNames: ['files_at'] };
/** The names that wait, in the order of a petition: replaces the shorter index, since each costs time at every letter. */
const waiting = {
  table: 'letter',
  name: 'letter_by_campaign_state_target_created_at_id',
  columnNames: ['campaign', 'state', 'target', 'created_at', 'id'],
};
const shorter = { table: 'letter', name: 'letter_by_campaign_state', columnNames: ['campaign', 'state'] };

const occasions = 'compile_occasion';

export class Composition1780000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
    const kind = isSqlite ? '' : ' character set utf8mb4 collate utf8mb4_bin';
    for (const [name, type] of Object.entries(columns)) {
      // MySQL commits each change by itself: after a crash half-way some are there already.
      if (await runner.hasColumn('petition', name)) continue;
      const own = /^(text|varchar)/.test(type) ? kind : '';
      // SQLite changes no column later, MySQL gives a text no default.
      const filled = name === 'campaigns' && isSqlite ? ` not null default ''` : '';
      await runner.query(`alter table petition add column ${name} ${type}${own}${filled}`);
    }
    // A version is hexadecimal and a slug has no quotation mark: this is JSON.
    const parts = [`'[{"slug":"'`, 'campaign', `'","version":"'`, 'campaign_version', `'","names":'`, 'names', `'}]'`];
    const list = isSqlite ? parts.join(' || ') : `concat(${parts.join(', ')})`;
    await runner.query(
      `update petition set campaigns = ${list}, expected = names, done = names where coalesce(campaigns, '') = ''`,
    );
    if (!isSqlite) await runner.query(`alter table petition modify column campaigns text${kind} not null`);
    await runner.query(`update petition set due_at = 0, done = 0 where files_at is null and state <> 'void'`);
    await runner.createTable(
      new Table({
        name: occasions,
        ...(isSqlite ? {} : { engine: 'InnoDB' }),
        columns: [
          { name: 'campaign', type: 'varchar', length: '80', isPrimary: true, ...words },
          { name: 'target', type: 'varchar', length: '80', isPrimary: true, ...words },
          { name: 'kind', type: 'varchar', length: '10', isPrimary: true, ...words },
          { name: 'latest', type: 'varchar', length: '40', ...words },
          { name: 'at', type: 'bigint' },
          { name: 'petition_id', type: 'varchar', length: '16', isNullable: true, ...words },
        ],
      }),
      true,
    );
    for (const index of [due, waiting]) {
      if (!(await has(runner, index))) await runner.createIndex(index.table, new TableIndex(index));
    }
    for (const index of [idle, shorter]) if (await has(runner, index)) await runner.dropIndex(index.table, index.name);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of [idle, shorter]) await runner.createIndex(index.table, new TableIndex(index));
    for (const index of [due, waiting]) await runner.dropIndex(index.table, index.name);
    await runner.dropTable(occasions);
    for (const name of Object.keys(columns)) await runner.query(`alter table petition drop column ${name}`);
  }
}

async function has(runner: QueryRunner, index: { table: string; name: string }): Promise<boolean> {
  const table = await runner.getTable(index.table);
  return table?.indices.some(({ name }) => name === index.name) ?? false;
}
