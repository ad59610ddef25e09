/** What staff say of what came back: what a reply means, that an answer was dealt with, that a mailbox works again. */
import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const columns: Record<string, number | 'bigint' | 'int'> = {
  '!id': 16,
  reply: 43,
  words: 300,
  stage: 10,
  'code?': 'int',
  'enhanced?': 12,
  meaning: 10,
  judged_by: 80,
  at: 'bigint',
  reason: 400,
};

/** Each reply's judgements together, the newest last. */
const byReply = { name: 'reply_judgement_by_reply_id', columnNames: ['reply', 'id'] };
/** Those that nobody has dealt with stand together, in the order in which they came. */
const byHandled = { name: 'answer_by_handled_at_id', columnNames: ['handled_at', 'id'] };

export class Review1780000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    const texts = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
    await runner.createTable(
      new Table({
        name: 'reply_judgement',
        ...(isSqlite ? {} : { engine: 'InnoDB' }),
        columns: Object.entries(columns).map(([key, kind]) => ({
          name: key.replace(/[!?]/g, ''),
          isPrimary: key.startsWith('!'),
          isNullable: key.endsWith('?'),
          ...(typeof kind === 'number' ? { ...texts, type: 'varchar', length: String(kind) } : { type: kind }),
        })),
        indices: [byReply],
      }),
      true,
    );
    const words = isSqlite ? '' : ' character set utf8mb4 collate utf8mb4_bin';
    // Not by TypeORM, which would copy whole tables on SQLite. After a crash half-way a column may be there already.
    const add = async (table: string, column: string, type: string): Promise<void> => {
      if (!(await runner.hasColumn(table, column)))
        await runner.query(`alter table ${table} add column ${column} ${type}`);
    };
    await add('dead_mailbox', 'settled_at', 'bigint');
    await add('answer', 'handled_at', 'bigint');
    await add('answer', 'handled_by', `varchar(80)${words}`);
    // What went in a circle, or has nobody to go to, asks for nobody's attention.
    await runner.query(
      `update answer set handled_at = ended_at, handled_by = 'rule'
       where verdict in ('own', 'erased') and handled_at is null`,
    );
    const answer = await runner.getTable('answer');
    if (!answer?.indices.some(({ name }) => name === byHandled.name))
      await runner.createIndex('answer', new TableIndex(byHandled));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('answer', byHandled.name);
    for (const column of ['handled_by', 'handled_at']) await runner.query(`alter table answer drop column ${column}`);
    await runner.query('alter table dead_mailbox drop column settled_at');
    await runner.dropTable('reply_judgement');
  }
}
