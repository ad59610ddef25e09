import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { intakeRow, letterRow } from '../support/rows.ts';
import { eventTable } from '../../src/intake/signature-table.ts';
import { insertLetters, letterHistoryTable, letterTable, moveLetters } from '../../src/letters/letter-table.ts';
import { siteTable } from '../../src/outbox/site-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import type { Database } from '../../src/storage/database.ts';
import { createLease } from '../../src/storage/lease-table.ts';
import { locked } from '../../src/storage/locking.ts';
import { migrations } from '../../src/storage/migrations/index.ts';
import { openDatabase, type DatabaseChoice } from '../../src/storage/open-database.ts';
import { readRows } from '../../src/storage/read-rows.ts';
import { insertRows, updateRows, writeRowsOver } from '../../src/storage/write-rows.ts';
import { tables } from '../../src/tables.ts';
import { movableClock } from '../support/movable-clock.ts';
import { storageEngines } from '../support/storage-engines.ts';

describe.each(storageEngines)('$name', ({ isSqlite, fresh }) => {
  let choice: DatabaseChoice;
  let drop: () => Promise<void>;
  let database: Database;
  beforeEach(async () => {
    ({ choice, drop } = await fresh());
    database = await openDatabase(choice, tables);
  });
  afterEach(async () => {
    await database.close();
    await drop();
  });

  const countOf = async (table: string): Promise<number> => {
    const rows: { n: number }[] = await database.read.query(`select count(*) as n from ${table}`);
    return Number(rows[0]?.n);
  };
  const calm = { id: 'smtp', pausedUntil: 0, strikes: 0, reason: '', since: 0, probe: null } as const;

  test('the migrations make exactly the columns that the tables name', async () => {
    const runner = database.read.dataSource.createQueryRunner();
    const plain = (type: string) => type.toLowerCase().replace(/^long(?=text|blob)/, '');
    for (const { tableName, columns } of database.read.dataSource.entityMetadatas) {
      const made = await runner.getTable(tableName);
      const shape = (name: string, type: string, isNull: boolean, isKey: boolean, length: string): string =>
        [name, plain(type).replace(/^(integer|int)$/, 'int'), isNull ? 'null' : '', isKey ? 'key' : '', length].join(
          ' ',
        );
      const seen = made?.columns.map((column) =>
        shape(
          column.name,
          column.type,
          column.isNullable,
          column.isPrimary,
          column.type === 'varchar' ? column.length : '',
        ),
      );
      const named = columns.map((column) => {
        const type = database.read.dataSource.driver.normalizeType(column);
        return shape(
          column.databaseName,
          type,
          column.isNullable,
          column.isPrimary,
          type === 'varchar' ? column.length : '',
        );
      });
      expect({ tableName, columns: seen?.toSorted() }).toEqual({ tableName, columns: named.toSorted() });
    }
    await runner.release();
  });

  test('opened twice at the same time on empty ground, it is migrated once', async () => {
    const other = await fresh();
    const both = await Promise.all([openDatabase(other.choice, tables), openDatabase(other.choice, tables)]);
    const rows: { n: number }[] = (await both[0]?.read.query('select count(*) as n from migration')) ?? [];
    expect(Number(rows[0]?.n)).toBe(migrations.length);
    await Promise.all(both.map((each) => each.close()));
    await other.drop();
  });

  test('what is being written is not read before its commit, and not at all after a failure', async () => {
    await database.write(async (transaction) => {
      await insertRows(transaction, siteTable, [calm]);
      expect(await countOf('site')).toBe(0);
    });
    expect(await countOf('site')).toBe(1);
    const failing = database.write(async (transaction) => {
      await transaction.query('delete from site');
      throw new Error('on the way');
    });
    await expect(failing).rejects.toThrow('on the way');
    expect(await countOf('site')).toBe(1);
  });

  test('a failed writer does not block the next, and counting up side by side loses nothing', async () => {
    await database.write((transaction) => insertRows(transaction, siteTable, [calm]));
    await Promise.all(
      Array.from({ length: 25 }, (_, n) =>
        database
          .write(async (transaction) => {
            const site = await transaction.findOneOrFail(siteTable, { where: { id: 'smtp' }, ...locked(transaction) });
            await transaction.update(siteTable, { id: 'smtp' }, { strikes: site.strikes + 1 });
            if (n % 5 === 4) throw new Error('on the way');
          })
          .catch(() => undefined),
      ),
    );
    expect((await database.read.findOneBy(siteTable, { id: 'smtp' }))?.strikes).toBe(20);
  });

  test('writers that stand in each other’s way are done again until both are through', async () => {
    const ids = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
    await database.write((transaction) =>
      insertRows(
        transaction,
        letterTable,
        ids.map((id) => letterRow(id)),
      ),
    );
    const inOrder = (order: readonly string[]) =>
      database.write(async (transaction) => {
        for (const id of order) {
          await transaction.findOneOrFail(letterTable, { where: { id }, ...locked(transaction) });
          await updateRows(transaction, letterTable, [id], { set: {}, plus: ['attempts'] });
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
    await Promise.all(Array.from({ length: 8 }, (_, n) => inOrder(n % 2 === 0 ? ids : ids.toReversed())));
    expect((await readRows(database.read, letterTable, ids)).map((letter) => letter.attempts)).toEqual([8, 8]);
  });

  test('the same key twice at the same time: one is stored, the other sees it', async () => {
    const told = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        database.write(async (transaction) => {
          if (await transaction.existsBy(eventTable, { eventKey: 'same' })) return 'known';
          await insertRows(transaction, eventTable, [intakeRow(`event-${n}`.padEnd(16, '0'), 'same')]);
          return 'new';
        }),
      ),
    );
    expect(told.toSorted()).toEqual(['known', 'known', 'known', 'new']);
  });

  test('a letter is claimed once, however many try', async () => {
    await database.write((transaction) => insertLetters(transaction, [letterRow('cccccccccccccccc')], 'signed'));
    const claims = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        database.write((transaction) =>
          moveLetters(
            transaction,
            [
              {
                id: 'cccccccccccccccc',
                from: 'queued',
                to: 'sending',
                reason: `claim ${n}`,
                fence: 0,
                patch: { fence: 1 },
              },
            ],
            5,
          ),
        ),
      ),
    );
    expect(claims.filter((moved) => moved.size === 1)).toHaveLength(1);
    expect(await countOf('letter_history')).toBe(2);
    expect(await database.read.findOneByOrFail(letterHistoryTable, { seq: 2 })).toMatchObject({ to: 'sending', at: 5 });
  });

  test('values come back as they were given: any script, large numbers, bytes, nothing', async () => {
    const name = '𠮷野家 e\u0301 é ئۇيغۇر 👨‍👩‍👧 \u200b end ';
    const letter = letterRow('dddddddddddddddd', {
      mailbox: name,
      dueAt: Number.MAX_SAFE_INTEGER,
      acceptedAt: null,
      ownWords: true,
    });
    const raw = Buffer.from(Array.from({ length: 70_000 }, (_, n) => n % 256));
    await database.write(async (transaction) => {
      await insertRows(transaction, letterTable, [letter]);
      await insertRows(transaction, returnedMailTable, [
        {
          id: 'eeeeeeeeeeeeeeee',
          letterId: letter.id,
          hash: 'h',
          receivedAt: 1,
          nullSender: true,
          source: 'mail' as const,
          raw,
          readAt: null,
          kind: null,
          effect: null,
        },
      ]);
    });
    expect(await database.read.findOneBy(letterTable, { id: letter.id })).toEqual(letter);
    expect(await readRows(database.read, letterTable, [letter.id])).toEqual([letter]);
    const mail = await database.read.findOneByOrFail(returnedMailTable, { id: 'eeeeeeeeeeeeeeee' });
    expect(mail.raw.equals(raw)).toBe(true);
  });

  test('texts are told apart by every byte', async () => {
    for (const key of ['abc', 'ABC', 'äbc', 'abc\u0301'])
      await database.write((transaction) =>
        insertRows(transaction, eventTable, [intakeRow(Buffer.from(key).toString('hex').padEnd(16, '0'), key)]),
      );
    expect(await database.read.countBy(eventTable, { eventKey: 'abc' })).toBe(1);
    expect(await countOf('intake_event')).toBe(4);
  });

  test('rows are written over by their key, and changed only where they still are what was asked for', async () => {
    const attempt = {
      id: 'ffffffffffffffff',
      letterId: 'l',
      target: 't',
      number: 1,
      fence: 1,
      startedAt: 1,
      endedAt: null,
      identity: 'reply-to' as const,
      mailbox: null,
      messageDigest: 'd',
      verdict: null,
      stage: null,
      code: null,
      enhanced: null,
      reply: null,
    };
    await database.write((transaction) => insertRows(transaction, attemptTable, [attempt]));
    const ended = { ...attempt, number: 9, verdict: 'accepted' as const, code: 250, reply: 'ok' };
    await database.write((transaction) =>
      writeRowsOver(transaction, attemptTable, [ended], ['verdict', 'code', 'reply']),
    );
    expect(await database.read.find(attemptTable)).toEqual([{ ...ended, number: 1 }]);
    const letters = [letterRow('gggggggggggggggg'), letterRow('hhhhhhhhhhhhhhhh', { state: 'accepted' })];
    await database.write(async (transaction) => {
      await insertRows(transaction, letterTable, letters);
      const ids = letters.map(({ id }) => id);
      await updateRows(transaction, letterTable, ids, {
        set: { dueAt: 77 },
        plus: ['moves'],
        where: { state: 'queued' },
      });
    });
    const after = await readRows(
      database.read,
      letterTable,
      letters.map(({ id }) => id),
    );
    expect(Object.fromEntries(after.map(({ id, dueAt, moves }) => [id, [dueAt, moves]]))).toEqual({
      gggggggggggggggg: [77, 2],
      hhhhhhhhhhhhhhhh: [1, 1],
    });
  });

  test('a lease has one holder, until its end or until it is given back', async () => {
    const clock = movableClock();
    const [one, two] = [createLease({ database, clock }, 'x', 1_000), createLease({ database, clock }, 'x', 1_000)];
    expect((await Promise.all([one.take(), two.take()])).filter(Boolean)).toHaveLength(1);
    const [holder, other] = (await one.take()) ? [one, two] : [two, one];
    clock.move(900);
    expect([await holder.take(), await other.take()]).toEqual([true, false]);
    clock.move(1_001);
    expect([await other.take(), await holder.take()]).toEqual([true, false]);
    await holder.giveBack();
    expect(await holder.take()).toBe(false);
    await other.giveBack();
    expect(await holder.take()).toBe(true);
  });

  test('a text that is too long is refused, or kept whole: never cut', async () => {
    const long = letterRow('iiiiiiiiiiiiiiii', { mailbox: 'x'.repeat(300) });
    const stored = database.write((transaction) => insertRows(transaction, letterTable, [long]));
    if (isSqlite) await stored;
    else await expect(stored).rejects.toThrow(/too long/i);
    const seen = await database.read.findOneBy(letterTable, { id: long.id });
    expect([300, undefined]).toContain(seen?.mailbox?.length);
  });

  test('a database that cannot be opened says why, without a password', async () => {
    const nowhere: DatabaseChoice = isSqlite
      ? { kind: 'sqlite', file: '/dev/null/x.db' }
      : { kind: 'mysql', url: 'mysql://somebody:hidden-word@127.0.0.1:9/none' };
    const refused = await openDatabase(nowhere, tables).catch((error: Error) => error.message);
    expect(refused).toMatch(/could not be opened/);
    expect(refused).not.toContain('hidden-word');
  });
});
