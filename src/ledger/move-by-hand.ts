/** Step: staff move one letter, with a reason that is written into the audit log in the same transaction. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock, Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { letterTable, moveLetters, type Move } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { LetterState } from '../letters/letter-states.ts';
import { readChannel } from '../outbox/channel-table.ts';
import type { Grace } from '../outbox/end-campaigns.ts';
import { recordAction } from '../staff/staff-event-table.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { optionsFor, surroundingsOf, type HandMove } from './hand-moves.ts';
import { ownLetters, takeAllBack } from './take-back.ts';

export interface MoveByHandNeeds {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  grace?: Grace;
}

export interface HandWish {
  letterId: string;
  move: HandMove;
  /** `moves` of the letter as the person saw it: whatever happened since is not overruled unseen. */
  seen: number;
  /** Id of the account. */
  by: string;
  /** For the audit log; the letter's own history only says that staff moved it. */
  reason: string;
}

export const movedByStaff = 'moved by staff';
export const takenBackByStaff = "taken back by staff at the signer's wish";

/**
 * Moves the letter and gives the state it is in then. Taking back takes all letters of the signature that have not left, as
 * the signer's own button does. Throws `not-found`, or `conflict` when the letter was moved since it was looked at, or
 * may not go there: then nothing is changed and nothing written down.
 */
export async function moveByHand(needs: MoveByHandNeeds, wish: HandWish): Promise<LetterState> {
  const { database, clock } = needs;
  const known = await database.read.findOneBy(letterTable, { id: wish.letterId });
  if (!known) throw new AppError('not-found', 'There is no such letter.');
  const now = clock.now();
  return database.write(async (transaction) => {
    // All letters of the signature in one go, as the signer's own button takes them: two that act at once wait in turn.
    const letters = await ownLetters(transaction, known.signatureId);
    const letter = letters.find(({ id }) => id === wish.letterId);
    if (!letter || letter.moves !== wish.seen)
      throw new AppError('conflict', 'The letter was moved since the page was opened: look where it is now.');
    const { mode } = await readChannel(transaction, letter.target);
    const options = optionsFor(letter, surroundingsOf({ ...needs, now }, letter, mode));
    const option = options.find(({ move }) => move === wish.move);
    if (!option || option.hindrance !== undefined)
      throw new AppError('conflict', 'The letter cannot go there now: look where it is.');
    const { by: actor, reason } = wish;
    const what = `letter.${wish.move}`;
    const cause = newId(clock);
    await recordAction(needs, transaction, { id: cause, actor, what, subject: letter.id, reason });
    if (wish.move === 'withdraw') {
      await takeAllBack(transaction, letter.signatureId, letters, now, { reason: takenBackByStaff, cause });
      return 'withdrawn';
    }
    return go(transaction, letter, wayOf(wish.move, letter, now), { cause, now });
  });
}

type Stop = Pick<Move, 'to' | 'patch'>;

/** The states it goes through, in the order of the state table. */
function wayOf(move: Exclude<HandMove, 'withdraw'>, { signerDomain, doubts }: Letter, now: Instant): Stop[] {
  // A later try begins with the first mailbox again, but a letter that was in doubt goes nowhere else.
  const onPaper: Stop = { to: 'for_hand', patch: doubts > 0 ? {} : { mailbox: null } };
  if (move === 'mail') return [{ to: 'queued', patch: { dueAt: now } }];
  if (move === 'paper') return [onPaper];
  if (move === 'delivered') return [{ to: 'delivered' }];
  // The signer was erased after it had left: her name comes onto no paper.
  return [{ to: 'returned' }, onPaper, ...(signerDomain === '' ? [{ to: 'withdrawn' } as const] : [])];
}

async function go(
  transaction: Transaction,
  letter: Letter,
  way: readonly Stop[],
  { cause, now }: { cause: string; now: Instant },
): Promise<LetterState> {
  let { state: from } = letter;
  for (const stop of way) {
    const move = { id: letter.id, fence: letter.fence, from, reason: movedByStaff, cause, ...stop };
    if ((await moveLetters(transaction, [move], now)).size !== 1)
      throw new AppError('conflict', 'The letter was moved at this very moment: look where it is now.');
    from = stop.to;
  }
  return from;
}
