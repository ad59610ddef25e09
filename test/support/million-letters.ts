/** A database full of letters in all states, and how an engine would answer a statement on it. */
import { letterTextTable } from '../../src/letters/letter-text-table.ts';
import type { Database } from '../../src/storage/database.ts';

interface Filling {
  campaign: string;
  target: string;
  letters: number;
  /** Letters are due around this instant. */
  now: number;
  isSqlite: boolean;
}

/** Writes signatures, events, letters and outcomes with a few statements; half of the letters are queued. */
export async function fillWithLetters(database: Database, filling: Filling): Promise<void> {
  const { campaign, target, letters, now, isSqlite } = filling;
  const text = await database.read.findOneByOrFail(letterTextTable, { campaign, target });
  const numbers = isSqlite
    ? `(with recursive s(seq) as (select 1 union all select seq + 1 from s where seq < ${letters}) select seq from s) s`
    : `seq_1_to_${letters} s`;
  const padded = isSqlite ? `printf('%015d', seq)` : `lpad(seq, 15, '0')`;
  const join = (...parts: string[]): string => (isSqlite ? parts.join(' || ') : `concat(${parts.join(', ')})`);
  const whole = (value: string): string => (isSqlite ? value : `floor(${value})`);
  const hash = isSqlite ? `hex(seq * 2654435761 % 4294967296) || seq` : `md5(seq)`;
  // A tenth was accepted, a fifth delivered, a fifth waits for paper.
  const state = `case when seq % 10 < 5 then 'queued' when seq % 10 < 6 then 'accepted' when seq % 10 < 8 then 'delivered' else 'for_hand' end`;
  const at = `${now} - ${letters} + seq`;
  await database.write(async (transaction) => {
    await transaction.query(
      `insert into signature (id, campaign, campaign_version, source, person_key, name, email, language, consents, signed_at, accepted_at)
       select ${join(`'s'`, padded)}, '${campaign}', '${text.version}', 'test', ${hash}, ${join(`'Name '`, 'seq')}, ${join(`'s'`, 'seq', `'@mail'`, '(seq % 12)', `'.example'`)}, '${text.language}', '[]', ${at}, ${at} from ${numbers}`,
    );
    await transaction.query(
      `insert into intake_event (id, event_key, contents, signature_id, is_repeat, received_at)
       select ${join(`'s'`, padded)}, ${hash}, 'c', ${join(`'s'`, padded)}, 0, ${at} from ${numbers}`,
    );
    await transaction.query(
      `insert into letter (id, signature_id, campaign, campaign_version, target, language, signer_domain, state, state_since, moves, created_at, due_at, attempts, doubts, fence, own_words, accepted_at)
       select ${join(`'l'`, padded)}, ${join(`'s'`, padded)}, '${campaign}', '${text.version}', '${target}', '${text.language}', 'mail.example', ${state}, ${at}, 1, ${at}, case when seq % 10 = 5 then ${now} + 100000000 + seq else ${at} end, 0, 0, 0, 0,
         case when seq % 10 in (5, 6, 7) then ${at} else null end from ${numbers}`,
    );
    await transaction.query(
      `insert into outcome (id, letter_id, target, signer_domain, at, trust, stage, text, class, rule, own_words, cause)
       select ${join(`'o'`, padded)}, ${join(`'l'`, padded)}, '${target}', 'mail.example', ${at}, 'session', 'rcpt', '', 'deferred', 'r', 0, ${join(`'l'`, padded)} from ${numbers} where ${whole('seq / 5')} * 5 = seq`,
    );
  });
  const analyze = isSqlite ? 'analyze' : 'analyze table signature, intake_event, letter, outcome';
  await database.write((transaction) => transaction.query(analyze));
}

/** How one table of a statement would be read. */
export interface Seen {
  table: string;
  isScan: boolean;
  isSorted: boolean;
  plan: string;
}

/** Tables smaller than this may be read whole. */
const small = 5_000;

/** Asks the engine for its plan. */
export async function explain(
  database: Database,
  sql: string,
  values: readonly unknown[],
  isSqlite: boolean,
): Promise<Seen[]> {
  if (isSqlite) return explainSqlite(database, sql, values);
  const rows: { table: string; type: string; key: string | null; rows: number | string; Extra: string }[] =
    await database.read.query(`explain ${sql}`, [...values]);
  return rows.map((row) => {
    const isMuch = Number(row.rows) > small;
    return {
      table: row.table,
      isScan: isMuch && (row.type === 'ALL' || row.type === 'index'),
      isSorted: isMuch && /filesort|temporary/.test(row.Extra),
      plan: JSON.stringify(row),
    };
  });
}

async function explainSqlite(database: Database, sql: string, values: readonly unknown[]): Promise<Seen[]> {
  const rows: { detail: string }[] = await database.read.query(`explain query plan ${sql}`, [...values]);
  const plan = rows.map((row) => row.detail).join('; ');
  const [, table = ''] = /(?:from|update) "?(\w+)"?/i.exec(sql) ?? [];
  const [{ n = 0 } = {}]: { n?: number }[] =
    table === '' || table === 'sqlite_master'
      ? []
      : await database.read.query(`select count(*) as n from (select 1 from ${table} limit ${small + 1})`);
  const isMuch = n > small;
  return [
    {
      table,
      isScan: isMuch && /SCAN/.test(plan) && !/SCAN \w+ USING (?:COVERING )?INDEX \w+; .*SEARCH/.test(plan),
      isSorted: isMuch && /TEMP B-TREE/.test(plan),
      plan,
    },
  ];
}
