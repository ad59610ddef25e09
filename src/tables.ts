/** Every table, in the order of the journey. */
import { campaignVersionTable } from './campaigns/versions/version-table.ts';
import { eventTable, signatureTable } from './intake/signature-table.ts';
import { sourceKeyTable } from './intake/source-key.ts';
import { installationTable } from './ledger/installation.ts';
import { letterHistoryTable, letterTable } from './letters/letter-table.ts';
import { letterTextTable } from './letters/letter-text-table.ts';
import { attemptTable } from './outbox/attempt-table.ts';
import { channelSwitchTable, channelTable } from './outbox/channel-table.ts';
import { holdEventTable } from './outbox/hold-event-table.ts';
import { pauseTable } from './outbox/pause-table.ts';
import { siteTable } from './outbox/site-table.ts';
import { noticeRoundTable, noticeStopTable, noticeTable } from './notices/notice-table.ts';
import { testLetterTable } from './outbox/test-letter-table.ts';
import { deadMailboxTable } from './outcomes/dead-mailbox-table.ts';
import { answerTable } from './outcomes/answer-table.ts';
import { mailboxMarkTable } from './outcomes/intake/mailbox-mark-table.ts';
import { seenEventTable } from './outcomes/intake/seen-event-table.ts';
import { replyJudgementTable } from './outcomes/reply-judgement-table.ts';
import { outcomeTable } from './outcomes/outcome-table.ts';
import { returnedMailTable } from './outcomes/returned-mail-table.ts';
import { followUpTable } from './petitions/follow-up-table.ts';
import { handInFileTable } from './petitions/hand-in-file-table.ts';
import { handInTable } from './petitions/hand-in-table.ts';
import { petitionPlaceTable, petitionTable } from './petitions/petition-table.ts';
import { compileOccasionTable } from './petitions/compile-occasion-table.ts';
import { weedEventTable, withheldTable } from './petitions/withheld-table.ts';
import { sessionTable } from './staff/session-table.ts';
import { signInLimitTable } from './staff/sign-in-limit-table.ts';
import { staffEventTable } from './staff/staff-event-table.ts';
import { staffTable } from './staff/staff-table.ts';
import { leaseTable } from './storage/lease-table.ts';
import { webhookDeliveryTable } from './webhooks/webhook-delivery-table.ts';
import { webhookEventTable } from './webhooks/webhook-event-table.ts';

export const tables = [
  campaignVersionTable,
  signatureTable,
  eventTable,
  sourceKeyTable,
  letterTable,
  letterHistoryTable,
  letterTextTable,
  attemptTable,
  channelTable,
  channelSwitchTable,
  siteTable,
  testLetterTable,
  pauseTable,
  holdEventTable,
  installationTable,
  outcomeTable,
  deadMailboxTable,
  replyJudgementTable,
  returnedMailTable,
  answerTable,
  mailboxMarkTable,
  seenEventTable,
  petitionTable,
  petitionPlaceTable,
  handInTable,
  handInFileTable,
  followUpTable,
  compileOccasionTable,
  withheldTable,
  weedEventTable,
  noticeTable,
  noticeStopTable,
  noticeRoundTable,
  webhookEventTable,
  webhookDeliveryTable,
  staffTable,
  sessionTable,
  signInLimitTable,
  staffEventTable,
  leaseTable,
];
