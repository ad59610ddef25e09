/** How far each IMAP mailbox was read: written in the transaction that stores what was read. */
import { EntitySchema } from 'typeorm';
import { instant, primary, word } from '../../storage/columns.ts';
import type { Database, Transaction } from '../../storage/database.ts';
import { locked } from '../../storage/locking.ts';
import { insertRows } from '../../storage/write-rows.ts';

export interface MailboxMark {
  /** Hash of server, user and folder. */
  mailbox: string;
  /** UIDs mean something only together with this (RFC 9051 §2.3.1.1). */
  uidValidity: string;
  /** Every mail up to this UID is stored, or was not for us. */
  uid: number;
}

export const mailboxMarkTable = new EntitySchema<MailboxMark>({
  name: 'mailbox_mark',
  columns: { mailbox: primary(word(43)), uidValidity: word(20), uid: instant },
});

/** The last UID that was read; 0 for a mailbox that is new, or was made anew under the same name. */
export async function readMark({ read }: Database, mailbox: string, uidValidity: string): Promise<number> {
  const mark = await read.findOneBy(mailboxMarkTable, { mailbox });
  return mark?.uidValidity === uidValidity ? mark.uid : 0;
}

/** Moves the mark forward, never back: another process may read the same mailbox. */
export async function moveMark(transaction: Transaction, mark: MailboxMark): Promise<void> {
  const { mailbox, uidValidity, uid } = mark;
  const known = await transaction.findOne(mailboxMarkTable, { where: { mailbox }, ...locked(transaction) });
  if (!known) return insertRows(transaction, mailboxMarkTable, [mark]);
  if (known.uidValidity === uidValidity && known.uid >= uid) return;
  await transaction.update(mailboxMarkTable, { mailbox }, { uidValidity, uid });
}
