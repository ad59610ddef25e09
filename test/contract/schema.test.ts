import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';

const fresh = () => join(mkdtempSync(join(tmpdir(), 'todoke-schema-')), 'todoke.db');

test('the migrations make exactly the columns that the tables name', async () => {
  const database = await openSqlite(fresh(), tables);
  await database.writer.runMigrations();
  const shape = async () =>
    Promise.all(
      database.writer.entityMetadatas.map(async ({ tableName, columns }) => {
        const rows: { name: string; type: string; notnull: number; pk: number }[] = await database.writer.query(
          `pragma table_info(${tableName})`,
        );
        const made = rows
          .map(({ name, type, notnull, pk }) =>
            [name, type.toLowerCase().replace(/\(.*/, ''), notnull === 0 ? 'null' : '', pk > 0 ? 'key' : ''].join(' '),
          )
          .toSorted();
        const named = columns
          .map((column) =>
            [
              column.databaseName,
              database.writer.driver.normalizeType(column).replace(/^integer$/, 'int'),
              column.isNullable ? 'null' : '',
              column.isPrimary ? 'key' : '',
            ].join(' '),
          )
          .toSorted();
        return { tableName, made, named };
      }),
    );
  for (const { tableName, made, named } of await shape())
    expect({ tableName, columns: made }).toEqual({ tableName, columns: named });
  await database.close();
});

test('opening a database twice migrates it once', async () => {
  const file = fresh();
  for (let n = 0; n < 2; n += 1) await (await openDatabase({ kind: 'sqlite', file }, tables)).close();
});

test('what is being written is not read before its commit, and not at all after a failure', async () => {
  const database = await openDatabase({ kind: 'sqlite', file: fresh() }, tables);
  const count = async (): Promise<number> =>
    ((await database.read.query('select count(*) as n from site')) as { n: number }[])[0]?.n ?? -1;
  const insert = `insert into site (id, paused_until, strikes, reason) values ('smtp', 0, 0, '')`;
  await database.write(async (transaction) => {
    await transaction.query(insert);
    expect(await count()).toBe(0);
  });
  expect(await count()).toBe(1);
  await expect(
    database.write(async (transaction) => {
      await transaction.query('delete from site');
      throw new Error('on the way');
    }),
  ).rejects.toThrow('on the way');
  expect(await count()).toBe(1);
  // A failed writer does not block the next one, and writers take turns.
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3].map((n) =>
      database.write(async () => {
        order.push(n);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(n);
      }),
    ),
  );
  expect(order).toEqual([1, 1, 2, 2, 3, 3]);
  await database.close();
});

test('a database that cannot be opened says why', async () => {
  await expect(openDatabase({ kind: 'sqlite', file: '/dev/null/x.db' }, tables)).rejects.toThrow(/could not be opened/);
});
