/** Where mails to signers come back to, for whichever door they use: the listener, a mailbox, a relay's webhook. */
import { noticeTable } from '../notices/notice-table.ts';
import { recordReturnedNotice } from '../notices/returned-notice.ts';
import { createReturnPaths } from '../outbox/return-path.ts';
import type { NoticeDoor } from '../outcomes/store-returned-mail.ts';
import type { RoleNeeds } from './role.ts';

type Needs = Pick<RoleNeeds, 'config' | 'clock' | 'keys' | 'database' | 'book' | 'metrics'>;

export function openNoticeDoor({ config, clock, keys, database, book, metrics }: Needs): NoticeDoor {
  const needs = { database, clock, book, counted: metrics.notice };
  return {
    paths: createReturnPaths({ keys, domain: config.BOUNCE_DOMAIN, of: 'notice' }),
    async hasLeft(id) {
      const notice = await database.read.findOne(noticeTable, { select: { id: true, tries: true }, where: { id } });
      return notice !== null && notice.tries > 0;
    },
    take: (noticeId, report) => recordReturnedNotice(needs, noticeId, report),
  };
}
