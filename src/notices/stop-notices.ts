/** Who gets no more: a mailbox that sent one back or complained, and a signer who wants no news of one letter. */
import { day, type Instant } from '../clock.ts';
import type { Transaction } from '../storage/database.ts';
import { readRowsBy } from '../storage/read-rows.ts';
import { writeRowsOver } from '../storage/write-rows.ts';
import { never } from './note-signed.ts';
import { noticeStopTable, type NoticeStop } from './notice-table.ts';

/** A mailbox that was full, or gone by mistake, may be there again. A person's own word holds for good. */
const waits: Readonly<Record<NoticeStop['reason'], number>> = {
  bounced: 30 * day,
  complaint: never,
  unsubscribed: never,
};

/** Stops the mails to a mailbox, by the keyed hash of its address, or the news of one signature, by its id. */
export async function stopNotices(
  transaction: Transaction,
  id: string,
  reason: NoticeStop['reason'],
  now: Instant,
): Promise<void> {
  const until = Math.min(now + waits[reason], never);
  await writeRowsOver(transaction, noticeStopTable, [{ id, until, reason }], ['until', 'reason']);
}

/** Those of these mailboxes and signatures that get nothing now. */
export async function stoppedAmong(
  reader: Transaction,
  ids: readonly string[],
  now: Instant,
): Promise<ReadonlySet<string>> {
  const rows = await readRowsBy(reader, noticeStopTable, 'id', ids);
  return new Set(rows.filter(({ until }) => until > now).map(({ id }) => id));
}
