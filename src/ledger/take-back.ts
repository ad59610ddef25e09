/** Steps a signer can take on the receipt page: withdraw what has not left, and have personal data erased. */
import { Between, IsNull } from 'typeorm';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { erasedContents, eventTable, signatureTable, type EventRow } from '../intake/signature-table.ts';
import { letterTable, moveLetters, type Move } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { LetterState } from '../letters/letter-states.ts';
import { endNotices, forgetNotices } from '../notices/ask-again.ts';
import { answerTable } from '../outcomes/answer-table.ts';
import { returnedMailTable } from '../outcomes/returned-mail-table.ts';
import { outcomeTable } from '../outcomes/outcome-table.ts';
import { attemptTable } from '../outbox/attempt-table.ts';
import { forgetWeeding } from '../petitions/withheld-table.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';

interface Needs {
  database: Database;
  clock: Clock;
}

export const notYetGone: readonly LetterState[] = ['held', 'queued', 'for_hand'];

type Why = Pick<Move, 'reason' | 'cause'>;
const bySigner: Why = { reason: 'taken back by the signer' };

/** Takes back every letter of a signature that has not left. */
export async function withdraw(needs: Needs, eventId: string): Promise<void> {
  const now = needs.clock.now();
  await needs.database.write(async (transaction) => {
    if (await isRepeat(transaction, eventId, { withdrawnAt: now })) return;
    await takeAllBack(transaction, eventId, await ownLetters(transaction, eventId), now);
  });
}

/** Takes back what has not left of the letters of a signature, which are held; gives the ids of those that moved. */
export async function takeAllBack(
  transaction: Transaction,
  signatureId: string,
  letters: readonly Letter[],
  now: number,
  why: Why = bySigner,
): Promise<Set<string>> {
  const taken = await takeBack(transaction, letters, now, why);
  // Whoever took everything back has not signed: the same person may sign again.
  if (letters.every((letter) => letter.state === 'withdrawn' || taken.has(letter.id))) {
    await transaction.update(signatureTable, { id: signatureId }, { personKey: `withdrawn:${signatureId}` });
    await endNotices(transaction, [signatureId], 'not-needed', now);
  }
  return taken;
}

/**
 * Takes back what has not left and blanks everything personal. A name on a sealed petition that is still to be
 * handed in stays until then, since the paper holds it. Throws `conflict` while a letter is on its way out:
 * its retry would otherwise not have the same bytes.
 */
export async function erase(needs: Needs, eventId: string): Promise<void> {
  const now = needs.clock.now();
  await needs.database.write(async (transaction) => {
    if (await isRepeat(transaction, eventId, { withdrawnAt: now, erasedAt: now })) return;
    const letters = await ownLetters(transaction, eventId);
    const [first] = letters;
    if (!first) return;
    if (letters.some((letter) => letter.state === 'sending' || letter.state === 'in_doubt')) {
      throw new AppError('conflict', 'The letter is on its way out at this moment: try again in a while.');
    }
    await takeBack(transaction, letters, now);
    const onPaper = letters.some((letter) => letter.state === 'petitioned');
    const blank = {
      email: null,
      phone: null,
      message: null,
      personKey: `erased:${first.signatureId}`,
      ...(onPaper ? {} : { name: null, erasedAt: now }),
    };
    await transaction.update(signatureTable, { id: first.signatureId }, blank);
    // The digest of what was sent could confirm a guess; the hash of the event id stays, or a late
    // repetition of the push would bring the person back.
    await transaction.update(eventTable, { signatureId: first.signatureId }, { contents: erasedContents });
    await forgetNotices(transaction, [first.signatureId], now);
    for (const { id } of letters) {
      await transaction.update(attemptTable, { letterId: id }, { reply: null });
      await transaction.update(outcomeTable, { letterId: id }, { text: '', signerDomain: '' });
      await transaction.update(letterTable, { id }, { signerDomain: '' });
      await transaction.delete(returnedMailTable, { letterId: id });
      // Nothing is left to read.
      const handled = { handledAt: now, handledBy: 'rule' };
      await transaction.update(answerTable, { letterId: id, handledAt: IsNull() }, handled);
      await forgetWeeding(transaction, id);
    }
  });
}

/**
 * On a timer: ends the erasures that waited for a petition. Its paper was handed in, or it was voided and the
 * name must not come onto the next one.
 */
export async function finishErasures(needs: Needs): Promise<void> {
  const now = needs.clock.now();
  const waiting = await needs.database.read.find(signatureTable, {
    select: { id: true },
    // A range and no LIKE, which SQLite would answer by reading everybody.
    where: { personKey: Between('erased:', 'erased;'), erasedAt: IsNull() },
    take: 1_000,
  });
  for (const { id } of waiting) {
    await needs.database.write(async (transaction) => {
      const letters = await ownLetters(transaction, id);
      if (letters.some((letter) => letter.state === 'petitioned')) return;
      await takeBack(transaction, letters, now);
      await transaction.update(signatureTable, { id }, { name: null, erasedAt: now });
    });
  }
}

/**
 * Whoever holds the receipt of a repeated signature may be a stranger who typed somebody's address: the wish is
 * noted on the event, so that the page answers as it would to anybody, and moves nothing.
 */
async function isRepeat(transaction: Transaction, eventId: string, wish: Partial<EventRow>): Promise<boolean> {
  const event = await transaction.findOneBy(eventTable, { id: eventId });
  if (!event) throw new AppError('not-found', 'There is no such receipt.');
  if (event.repeat && event.erasedAt === null) await transaction.update(eventTable, { id: eventId }, wish);
  return event.repeat;
}

/** All letters of a signature, held until the commit. */
export async function ownLetters(transaction: Transaction, signatureId: string): Promise<Letter[]> {
  return transaction.find(letterTable, { where: { signatureId }, ...locked(transaction) });
}

async function takeBack(
  transaction: Transaction,
  letters: readonly Letter[],
  now: number,
  why: Why = bySigner,
): Promise<Set<string>> {
  const waiting = letters.filter((letter) => notYetGone.includes(letter.state));
  return moveLetters(
    transaction,
    waiting.map((letter) => ({ id: letter.id, from: letter.state, to: 'withdrawn', ...why })),
    now,
  );
}
