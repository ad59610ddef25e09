/** Steps about the notices of one signature: the confirmation asked for once more, thanks let go, all of them forgotten. */
import { In, IsNull } from 'typeorm';
import { day, minute, type Clock } from '../clock.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { askedLately, mostPerDay } from './note-signed.ts';
import { noticeTable } from './notice-table.ts';

/** For one signature, and with this much time between two of them. */
const mostAsked = 3;
const pause = 10 * minute;

/** Whether the mail that asks for confirmation is sent once more; false when it was sent too often, or just now. */
export async function askAgain(needs: { database: Database; clock: Clock }, signatureId: string): Promise<boolean> {
  const now = needs.clock.now();
  return needs.database.write(async (transaction) => {
    const where = { signatureId, kind: 'confirm' as const, about: '' };
    const notice = await transaction.findOne(noticeTable, { where, ...locked(transaction) });
    if (notice === null || notice.endedAt === null || notice.endedAt > now - pause) return false;
    if (notice.asked >= mostAsked || notice.addressKey === '') return false;
    const lately = await askedLately(transaction, [notice.addressKey], now - day);
    if ((lately.get(`confirm ${notice.addressKey}`) ?? 0) >= mostPerDay) return false;
    const anew = { asked: notice.asked + 1, tries: 0, dueAt: now, startedAt: null, endedAt: null, verdict: null };
    await transaction.update(noticeTable, { id: notice.id }, anew);
    return true;
  });
}

/** The signer confirmed: thanks may leave now, where the campaign wants them. */
export async function letThanksGo(transaction: Transaction, signatureId: string, now: number): Promise<void> {
  await transaction.update(noticeTable, { signatureId, kind: 'thanks', endedAt: IsNull() }, { dueAt: now });
}

/** The signer took everything back: what was not sent is not needed any more. */
export async function endNotices(
  transaction: Transaction,
  signatureIds: readonly string[],
  verdict: 'not-needed' | 'erased',
  now: number,
): Promise<void> {
  for (const piece of piecesOf(signatureIds)) {
    const waiting = { signatureId: In([...piece]), endedAt: IsNull() };
    await transaction.update(noticeTable, waiting, { endedAt: now, verdict });
  }
}

/** The signers were erased: nothing more is sent, and nothing is left that could tell their addresses. */
export async function forgetNotices(
  transaction: Transaction,
  signatureIds: readonly string[],
  now: number,
): Promise<void> {
  await endNotices(transaction, signatureIds, 'erased', now);
  for (const piece of piecesOf(signatureIds))
    await transaction.update(noticeTable, { signatureId: In([...piece]) }, { addressKey: '' });
}
