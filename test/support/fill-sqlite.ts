/** A thread that fills a SQLite file with letters: SQLite stops its thread for many seconds. */
import { workerData } from 'node:worker_threads';
import Libsql from 'libsql';
import { filledTables, insertions, type Filling } from './letter-insertions.ts';

const { file, filling } = workerData as { file: string; filling: Filling };
const { letters } = filling;
const database = new Libsql(file);
// Nobody misses the file if this process dies.
database.exec('pragma synchronous = off; pragma temp_store = memory; pragma cache_size = -400000');
const indexes = database
  .prepare(
    `select name, sql from sqlite_master where type = 'index' and sql <> '' and tbl_name in (${filledTables.map(() => '?').join(', ')})`,
  )
  .all(filledTables) as { name: string; sql: string }[];
const rows = insertions(filling, {
  numbers: `(with recursive s(seq) as (select 1 union all select seq + 1 from s where seq < ${letters}) select seq from s) s`,
  padded: (letter) => `printf('${letter}%015d', seq)`,
  join: (...parts) => parts.join(' || '),
});
const statements = [
  ...indexes.map(({ name }) => `drop index ${name}`),
  ...rows,
  ...indexes.map(({ sql }) => sql),
  'analyze',
];
for (const statement of statements) database.exec(statement);
database.close();
