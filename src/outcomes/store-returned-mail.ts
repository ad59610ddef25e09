/** The one path of everything that comes back, by whichever door: stored raw, once per letter, before anybody reads it. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { ReturnPaths } from '../outbox/return-path.ts';
import { readReport, type Report } from './read-report.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { returnedMailTable, type ReturnedMail } from './returned-mail-table.ts';
import { digestOfMail } from './same-mail.ts';

/** What may be wrong with the address that something came back to. */
export type PathFault = 'forged' | 'expired' | 'never-sent';

/** What became of one thing at a door; the label of a metric. */
export type ReturnedMailResult =
  | PathFault
  | 'stored'
  | 'notice'
  | 'again'
  | 'too-large'
  | 'unverified'
  | 'stale'
  | 'replayed'
  | 'foreign'
  | 'mismatched';

/** Reports hold a letter at most; anything larger is no report. */
export const mostReturnedBytes = 2 * 1024 * 1024;

export interface StoreNeeds {
  database: Database;
  clock: Clock;
  queue: Pick<Queue, 'ask'>;
  paths: ReturnPaths;
  counted(result: ReturnedMailResult): void;
  notices: NoticeDoor;
}

/** Where mails of ours to signers come back to: by the same doors as letters, and to nothing that a target has to do with. */
export interface NoticeDoor {
  paths: ReturnPaths;
  /** Whether there is such a notice that was ever handed to a relay. */
  hasLeft(noticeId: string): Promise<boolean>;
  /** Takes a report about it; resolves after the commit. */
  take(noticeId: string, report: Report): Promise<void>;
}

/** Something that came back and belongs to a letter. */
export interface Returned extends Pick<ReturnedMail, 'letterId' | 'source' | 'nullSender' | 'raw'> {
  /** What it has in common with its copies. */
  digest: string;
}

/** A mail for the letter with this id. */
export function returnedMail(letterId: string, nullSender: boolean, raw: Buffer): Returned {
  return { letterId, source: 'mail', nullSender, raw, digest: digestOfMail(raw) };
}

/** What a return path leads to, or why to nothing. Only what really left can come back. */
export async function leadsTo(
  needs: Pick<StoreNeeds, 'database' | 'clock' | 'paths' | 'notices'>,
  address: string,
): Promise<{ letterId: string } | { noticeId: string } | PathFault> {
  const now = needs.clock.now();
  const read = needs.paths.read(address, now);
  const notice = read.kind === 'forged' ? needs.notices.paths.read(address, now) : read;
  if (notice.kind !== 'valid') return notice.kind;
  if (read.kind !== 'valid') {
    const { letterId: noticeId } = notice;
    return (await needs.notices.hasLeft(noticeId)) ? { noticeId } : 'never-sent';
  }
  const { letterId } = read;
  return (await hasLeft(needs.database, letterId)) ? { letterId } : 'never-sent';
}

/** A mail that came back to a notice: read at once and not kept, since nobody has to look at it again. */
export async function takeNotice(
  needs: Pick<StoreNeeds, 'notices' | 'counted'>,
  noticeId: string,
  { nullSender, raw }: { nullSender: boolean; raw: Buffer },
): Promise<void> {
  await needs.notices.take(noticeId, readReport(raw, nullSender));
  needs.counted('notice');
}

/** Whether there is such a letter and it was ever handed to a relay. */
export async function hasLeft(database: Database, letterId: string): Promise<boolean> {
  const letter = await database.read.findOne(letterTable, {
    select: { id: true, attempts: true },
    where: { id: letterId },
  });
  return letter !== null && letter.attempts > 0;
}

/**
 * Stores all of it in one transaction, together with what the door itself has to remember, and asks for it to be
 * read. What was stored before is not stored again. Resolves after the commit: only then may a door say "taken".
 */
export async function storeReturned(
  needs: StoreNeeds,
  returned: readonly Returned[],
  together: (transaction: Transaction) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const rows = returned.map((each) => toRow(needs.clock, each));
  const fresh = await needs.database.write(async (transaction) => {
    const added: ReturnedMail[] = [];
    for (const row of rows) {
      if (added.some(({ hash }) => hash === row.hash)) continue;
      if (!(await transaction.existsBy(returnedMailTable, { hash: row.hash }))) added.push(row);
    }
    await insertRows(transaction, returnedMailTable, added);
    await together(transaction);
    return added;
  });
  for (const row of rows) needs.counted(fresh.includes(row) ? 'stored' : 'again');
  for (const { id } of fresh) await needs.queue.ask('read-report', { returnedMailId: id });
}

function toRow(clock: Clock, { digest, ...returned }: Returned): ReturnedMail {
  return {
    ...returned,
    id: newId(clock),
    hash: createHash('sha256').update(returned.letterId).update(returned.source).update(digest).digest('base64url'),
    receivedAt: clock.now(),
    readAt: null,
    kind: null,
    effect: null,
  };
}
