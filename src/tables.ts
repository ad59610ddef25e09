/** Every table, in the order of the journey. */
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
import { deadMailboxTable } from './outcomes/dead-mailbox-table.ts';
import { answerTable } from './outcomes/answer-table.ts';
import { mailboxMarkTable } from './outcomes/intake/mailbox-mark-table.ts';
import { seenEventTable } from './outcomes/intake/seen-event-table.ts';
import { outcomeTable } from './outcomes/outcome-table.ts';
import { returnedMailTable } from './outcomes/returned-mail-table.ts';
import { handInTable, petitionPlaceTable, petitionTable } from './petitions/petition-table.ts';
import { weedEventTable, withheldTable } from './petitions/withheld-table.ts';
import { leaseTable } from './storage/lease-table.ts';

export const tables = [
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
  pauseTable,
  holdEventTable,
  installationTable,
  outcomeTable,
  deadMailboxTable,
  returnedMailTable,
  answerTable,
  mailboxMarkTable,
  seenEventTable,
  petitionTable,
  petitionPlaceTable,
  handInTable,
  withheldTable,
  weedEventTable,
  leaseTable,
];
