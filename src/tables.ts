/** Every table, in the order of the journey. */
import { eventTable, signatureTable } from './intake/signature-table.ts';
import { sourceKeyTable } from './intake/source-key.ts';
import { installationTable } from './ledger/installation.ts';
import { letterHistoryTable, letterTable } from './letters/letter-table.ts';
import { letterTextTable } from './letters/letter-text-table.ts';
import { attemptTable } from './outbox/attempt-table.ts';
import { channelSwitchTable, channelTable } from './outbox/channel-table.ts';
import { siteTable } from './outbox/site-table.ts';
import { outcomeTable } from './outcomes/outcome-table.ts';
import { returnedMailTable } from './outcomes/returned-mail-table.ts';
import { handInTable, petitionPlaceTable, petitionTable } from './petitions/petition-table.ts';
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
  installationTable,
  outcomeTable,
  returnedMailTable,
  petitionTable,
  petitionPlaceTable,
  handInTable,
  leaseTable,
];
