/** What many processes on the same rows need: leases, and an index for the newest accepted letters of a target. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const leases = 'lease';

/** The newest accepted letters of a target, for its channel. */
const added = { table: 'letter', name: 'letter_by_target_accepted_at', columnNames: ['target', 'accepted_at'] };
/** Never asked for, and each costs time at every letter. */
const dropped = [
  { table: 'attempt', name: 'attempt_by_target_ended_at', columnNames: ['target', 'ended_at'] },
  { table: 'letter', name: 'letter_by_petition_id', columnNames: ['petition_id'] },
];

export class SideBySide1780000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    const words = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
    await runner.createTable(
      new Table({
        name: leases,
        ...(isSqlite ? {} : { engine: 'InnoDB' }),
        columns: [
          { name: 'name', type: 'varchar', length: '80', isPrimary: true, ...words },
          { name: 'holder', type: 'varchar', length: '16', ...words },
          { name: 'held_until', type: 'bigint' },
        ],
      }),
      true,
    );
    if (!(await has(runner, added))) await runner.createIndex(added.table, new TableIndex(added));
    for (const index of dropped) if (await has(runner, index)) await runner.dropIndex(index.table, index.name);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(leases);
    await runner.dropIndex(added.table, added.name);
    for (const index of dropped) await runner.createIndex(index.table, new TableIndex(index));
  }
}

/** MySQL commits each change of a schema by itself: after a crash half-way only the rest is to be done. */
async function has(runner: QueryRunner, index: { table: string; name: string }): Promise<boolean> {
  const table = await runner.getTable(index.table);
  return table?.indices.some(({ name }) => name === index.name) ?? false;
}
