/** A database full of letters in all states, on each engine. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { openDatabase, type DatabaseChoice } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { filledTables, insertions, type Filling } from './letter-insertions.ts';

/** Makes the tables and writes signatures, events, letters and outcomes; half of the letters are queued. */
export async function fillWithLetters(choice: DatabaseChoice, filling: Filling): Promise<void> {
  await (await openDatabase(choice, tables)).close();
  await (choice.kind === 'sqlite' ? fillSqlite(choice.file, filling) : fillMariaDb(choice.url, filling));
}

async function fillSqlite(file: string, filling: Filling): Promise<void> {
  const thread = new Worker(new URL('fill-sqlite.ts', import.meta.url), { workerData: { file, filling } });
  // Rejects with what the thread throws.
  await once(thread, 'exit');
}

async function fillMariaDb(url: string, filling: Filling): Promise<void> {
  const connection = await mysql.createConnection(url);
  await connection.query('set session unique_checks = 0, foreign_key_checks = 0');
  const [indexes] = await connection.query<IndexRow[]>(
    `select table_name as t, index_name as name, if(non_unique, '', 'unique') as kind,
       group_concat(column_name order by seq_in_index) as columns
     from information_schema.statistics
     where table_schema = database() and index_name <> 'PRIMARY' and table_name in (${marks}) group by 1, 2, 3`,
    filledTables,
  );
  const all = (change: (index: IndexRow) => string): string[] =>
    filledTables.map(
      (table) =>
        `alter table ${table} ${indexes
          .filter(({ t }) => t === table)
          .map(change)
          .join(', ')}`,
    );
  const rows = insertions(filling, {
    numbers: `seq_1_to_${filling.letters} s`,
    padded: (letter) => `concat('${letter}', lpad(seq, 15, '0'))`,
    join: (...parts) => `concat(${parts.join(', ')})`,
  });
  for (const statement of [
    ...all(({ name }) => `drop index ${name}`),
    ...rows,
    ...all(({ name, kind, columns }) => `add ${kind} index ${name} (${columns})`),
    `analyze table ${filledTables.join(', ')}`,
  ])
    await connection.query(statement);
  await connection.end();
}

const marks = filledTables.map(() => '?').join(', ');

interface IndexRow extends RowDataPacket {
  t: string;
  name: string;
  kind: '' | 'unique';
  columns: string;
}
