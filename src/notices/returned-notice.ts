/** Step: a mail to a signer came back. It ends the mails to that mailbox, and says nothing about any target. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import { noticeAddress } from '../campaigns/notice-rules.ts';
import type { Clock } from '../clock.ts';
import { domainOf } from '../outbox/domain-name.ts';
import { classifyReport } from '../outcomes/classify-report.ts';
import type { Report } from '../outcomes/read-report.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { noticeTable, type Notice, type NoticeEnd, type NoticeKind } from './notice-table.ts';
import { stopNotices } from './stop-notices.ts';

export interface ReturnedNoticeNeeds {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  counted(kind: NoticeKind, end: NoticeEnd): void;
}

/** Takes what was read of a report about a notice. Resolves after the commit; the same report twice does nothing more. */
export async function recordReturnedNotice(
  needs: ReturnedNoticeNeeds,
  noticeId: string,
  report: Report,
): Promise<void> {
  const now = needs.clock.now();
  const ended = await needs.database.write(async (transaction) => {
    const notice = await transaction.findOne(noticeTable, { where: { id: noticeId }, ...locked(transaction) });
    const end = notice && endOf(needs, notice, report);
    if (!notice || !end || notice.verdict === end || notice.verdict === 'complaint') return undefined;
    await transaction.update(noticeTable, { id: noticeId }, { endedAt: now, verdict: end });
    if (notice.addressKey !== '') await stopNotices(transaction, notice.addressKey, end, now);
    return { kind: notice.kind, end };
  });
  if (ended) needs.counted(ended.kind, ended.end);
}

/** Trouble of ours, and what may pass, is no reason not to write to somebody again. */
function endOf({ book }: ReturnedNoticeNeeds, notice: Notice, report: Report): 'bounced' | 'complaint' | undefined {
  if (report.kind === 'complaint') return 'complaint';
  const failed = report.recipients.find(({ action }) => action === 'failed');
  if (report.kind !== 'failed' || !failed) return undefined;
  const campaign = book.find(notice.campaign);
  const senderDomain = (campaign && domainOf(noticeAddress(campaign))) ?? '';
  const { attribution } = classifyReport(failed, { identity: 'reply-to', senderDomain, signerDomain: '' });
  return attribution === 'ours' || attribution === 'passing' ? undefined : 'bounced';
}
