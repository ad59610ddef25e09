/** Letters that wait: put into MariaDB or MySQL by the hundred thousand, as intake would have left them. */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { campaignOf } from './campaigns.ts';
import { mailDomains } from './people.ts';

export interface Backlog {
  /** Number of the first person; nobody signs twice. */
  first: number;
  count: number;
  /** Campaigns the letters are spread over. */
  campaigns: number;
}

/** Rows made by one statement. */
const piece = 100_000;

/**
 * Inserts people, their letters (`queued`, due now) and the letters' first row of history. The texts must be kept
 * already: a process with the role `web` does that at its start.
 */
export async function queueLetters(sql: Connection, { first, count, campaigns }: Backlog): Promise<void> {
  await makeNumbers(sql);
  await sql.query(`
    drop table if exists bench_campaign;
    create table bench_campaign (number int primary key, slug varchar(80), version varchar(16), target varchar(80))`);
  for (let n = 0; n < campaigns; n += 1) {
    const { slug, target } = campaignOf(n);
    await sql.query(
      `insert into bench_campaign select ?, ?, version, ? from letter_text where campaign = ? and target = ? limit 1`,
      [n, slug, target, slug, target],
    );
  }
  const [[kept]] = await sql.query<RowDataPacket[]>('select count(*) as n from bench_campaign');
  if (kept?.['n'] !== campaigns) throw new Error(`the texts of ${kept?.['n']} of ${campaigns} campaigns were kept`);
  for (let at = first; at < first + count; at += piece) {
    await insertPiece(sql, at, Math.min(piece, first + count - at), campaigns);
  }
}

async function insertPiece(sql: Connection, from: number, count: number, campaigns: number): Promise<void> {
  const now = Date.now();
  // As ids are: the first half says when, here the same for all of a run; the second half counts.
  const id = `concat('06h00000', lower(lpad(conv(n.n + ${from}, 10, 32), 8, '0')))`;
  // Numbers first and in their order: nothing is sorted, and ids rise as they do in life.
  const people = `from bench_number n straight_join bench_campaign c on c.number = (n.n + ${from}) % ${campaigns} where n.n < ${count}`;
  const domain = `concat('mail', (n.n + ${from}) % ${mailDomains}, '.example')`;
  await sql.query(`
    insert into signature (id, campaign, campaign_version, source, person_key, name, email, phone, message, language, consents, signed_at, accepted_at)
    select ${id}, c.slug, c.version, 'bench', rpad(${id}, 43, '-'), concat('人権 守 ', n.n + ${from}),
      concat('signer', n.n + ${from}, '@', ${domain}), null, null, 'ja', '[]', ${now}, ${now} ${people};
    insert into letter (id, signature_id, campaign, campaign_version, target, language, signer_domain, own_words, state,
      state_since, moves, created_at, due_at, attempts, doubts, fence)
    select ${id}, ${id}, c.slug, c.version, c.target, 'ja', ${domain}, 0, 'queued', ${now}, 1, ${now}, ${now}, 0, 0, 0 ${people};
    insert into letter_history (letter_id, seq, from_state, to_state, at, reason)
    select ${id}, 1, null, 'queued', ${now}, 'signed' ${people}`);
}

/** Lets every letter that is queued wait for paper instead, as if its target no longer took mail. */
export async function letWait(sql: Connection): Promise<void> {
  await sql.query(`
    insert into letter_history (letter_id, seq, from_state, to_state, at, reason)
      select id, 2, 'queued', 'for_hand', ${Date.now()}, 'blocked' from letter where state = 'queued' and id like '06h00000%';
    update letter set state = 'for_hand', moves = 2 where state = 'queued' and id like '06h00000%'`);
}

async function makeNumbers(sql: Connection): Promise<void> {
  const [tables] = await sql.query<RowDataPacket[]>(`show tables like 'bench_number'`);
  if (tables.length > 0) return;
  await sql.query('create table bench_number (n int primary key); insert into bench_number values (0)');
  for (let rows = 1; rows < piece; rows *= 2)
    await sql.query(`insert into bench_number select n + ${rows} from bench_number where n + ${rows} < ${piece}`);
}

/** Milliseconds a database may take to write down what was put in. */
const settled = 300_000;

/** Waits until the database has nothing more to do with the rows it was given: nobody queues a million letters at once. */
export async function settle(sql: Connection): Promise<void> {
  const status = async (name: string): Promise<number> => {
    const [[row]] = await sql.query<RowDataPacket[]>(`show global status like '${name}'`);
    return Number(row?.['Value'] ?? 0);
  };
  const [[before]] = await sql.query<RowDataPacket[]>('select @@innodb_max_dirty_pages_pct as pct');
  await sql.query('set global innodb_max_dirty_pages_pct = 0');
  for (const until = performance.now() + settled; performance.now() < until;) {
    if ((await status('Innodb_buffer_pool_pages_dirty')) < 100) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await sql.query('set global innodb_max_dirty_pages_pct = ?', [before?.['pct'] ?? 90]);
}

/** Letters a server has taken and the service has written down. */
export async function countAccepted(sql: Connection): Promise<number> {
  const [[row]] = await sql.query<RowDataPacket[]>(
    `select count(*) as n from letter where state in ('accepted', 'delivered')`,
  );
  return Number(row?.['n']);
}

/** When these letters were written down as accepted, in milliseconds since 1970; any order. */
export async function acceptedTimes(sql: Connection, first: number): Promise<number[]> {
  const [rows] = await sql.query<RowDataPacket[]>(
    `select accepted_at as at from letter where accepted_at is not null
       and id >= concat('06h00000', lower(lpad(conv(?, 10, 32), 8, '0')))`,
    [first],
  );
  return rows.map((row) => Number(row['at']));
}

/** Letters by state: what a bench says when it waited in vain. */
export async function lettersByState(sql: Connection): Promise<string> {
  const [rows] = await sql.query<RowDataPacket[]>('select state, count(*) as n from letter group by state');
  return rows.map((row) => `${row['state']} ${row['n']}`).join(', ');
}
