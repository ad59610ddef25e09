/** Mailboxes of a target that were said to be dead while another was left: one row for each outcome that says so. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, optional, primary, word } from '../storage/columns.ts';

export interface DeadMailbox {
  outcomeId: string;
  target: string;
  mailbox: string;
  at: Instant;
  /** When staff said that it works again: what was heard before counts no more. */
  settledAt: Instant | null;
}

export const deadMailboxTable = new EntitySchema<DeadMailbox>({
  name: 'dead_mailbox',
  columns: {
    outcomeId: primary(id),
    target: word(80),
    mailbox: word(254),
    at: instant,
    settledAt: optional(instant),
  },
});
