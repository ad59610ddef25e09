/** Keys for browsers: the sites of other people whose pages may send signatures with a key. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SourceOrigins1780000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each change by itself: after a crash half-way the column may be there already.
    if (await runner.hasColumn('source_key', 'origins')) return;
    const words =
      runner.dataSource.options.type === 'better-sqlite3' ? '' : ' character set utf8mb4 collate utf8mb4_bin';
    await runner.query(`alter table source_key add column origins text${words}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table source_key drop column origins');
  }
}
