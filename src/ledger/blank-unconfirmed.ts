/** What becomes of signatures that nobody confirmed: their letters are not sent, and everything personal is deleted. */
import { In } from 'typeorm';
import { erasedContents, eventTable, signatureTable } from '../intake/signature-table.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import { forgetNotices } from '../notices/ask-again.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { updateRows } from '../storage/write-rows.ts';

/**
 * Closes these signatures, at most a thousand: moves their held letters to `withdrawn`, for the reason given, and blanks
 * the signers. Only of those whose letters were all held or withdrawn until now; nothing of them has left.
 */
export async function blankUnconfirmed(
  transaction: Transaction,
  signatureIds: readonly string[],
  reason: string,
  now: number,
): Promise<void> {
  const letters = await transaction.find(letterTable, {
    select: { id: true, state: true, signatureId: true },
    where: { signatureId: In([...signatureIds]) },
    ...locked(transaction),
  });
  const moved = await moveLetters(
    transaction,
    letters.flatMap(({ id, state }) =>
      state === 'held' ? [{ id, from: state, to: 'withdrawn' as const, reason }] : [],
    ),
    now,
  );
  const ended = letters.filter(({ id, state }) => state === 'withdrawn' || moved.has(id));
  const left = new Set(letters.filter((letter) => !ended.includes(letter)).map(({ signatureId }) => signatureId));
  const closed = [...new Set(ended.map(({ signatureId }) => signatureId))].filter((id) => !left.has(id));
  const blank = { name: null, email: null, phone: null, message: null, erasedAt: now };
  await updateRows(transaction, signatureTable, closed, { set: blank });
  // The first event of a signature has its id. A late repetition of it must not bring the person back.
  await updateRows(transaction, eventTable, closed, { set: { contents: erasedContents } });
  const theirs = letters.filter(({ signatureId }) => closed.includes(signatureId)).map(({ id }) => id);
  await updateRows(transaction, letterTable, theirs, { set: { signerDomain: '' } });
  await forgetNotices(transaction, closed, now);
}
