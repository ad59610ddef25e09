/** Step on a timer: what silence means. Letters whose wait has ended move on; lost reminders are asked again. */
import { In, IsNull, LessThan } from 'typeorm';
import { minute, type Clock, type Instant } from '../clock.ts';
import { letterTable, moveLetters, type Move } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { LetterState } from '../letters/letter-states.ts';
import { attemptTable } from '../outbox/attempt-table.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { returnedMailTable } from './returned-mail-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
  queue: Queue;
  inDoubtWait: number;
  bounceWait: number;
}

/** Letters moved in one transaction. */
const bulk = 1_000;

/** For each waiting state, what becomes of a letter when nothing was heard. */
function silence(
  now: Instant,
  inDoubtWait: number,
): Partial<Record<LetterState, (letter: Letter) => Omit<Move, 'id' | 'from'>>> {
  return {
    // The worker died with its lease: the letter may have been taken.
    sending: (letter) => ({
      to: 'in_doubt',
      reason: 'its lease ended',
      patch: { doubts: letter.doubts + 1, dueAt: now + inDoubtWait },
    }),
    // Once more with the same bytes; a second doubt is not resolved by a third try.
    in_doubt: (letter) =>
      letter.doubts <= 1
        ? { to: 'queued', reason: 'in doubt: sent once more, the same bytes', patch: { dueAt: now } }
        : { to: 'for_hand', reason: 'in doubt twice' },
    accepted: () => ({ to: 'delivered', reason: 'no bounce came' }),
  };
}

/** Moves every overdue letter, and asks again for returned mail nobody read. */
export async function sweepOverdue(needs: Needs): Promise<void> {
  const now = needs.clock.now();
  for (const [state, rule] of Object.entries(silence(now, needs.inDoubtWait))) {
    let swept: number;
    do {
      swept = await needs.database.write(async (transaction) => {
        const overdue = await transaction.find(letterTable, {
          where: { state: state as LetterState, dueAt: LessThan(now) },
          take: bulk,
        });
        await endKnownDoubts(transaction, overdue, needs, now);
        await moveLetters(
          transaction,
          overdue.map((letter) => ({ id: letter.id, from: letter.state, fence: letter.fence, ...rule(letter) })),
          now,
        );
        return overdue.length;
      });
    } while (swept === bulk);
  }
  const unread = await needs.database.read.find(returnedMailTable, {
    select: { id: true },
    where: { readAt: IsNull(), receivedAt: LessThan(now - minute) },
    take: bulk,
  });
  for (const { id } of unread) await needs.queue.ask('read-report', { returnedMailId: id });
}

/**
 * A 250 that was written down late, after its lease had ended: the letter is no longer in doubt, whatever
 * other attempt followed. What was accepted before an earlier return does not count.
 */
async function endKnownDoubts(
  transaction: Transaction,
  letters: readonly Letter[],
  needs: Needs,
  now: Instant,
): Promise<void> {
  const doubted = letters.filter((letter) => letter.state === 'in_doubt');
  if (doubted.length === 0) return;
  const taken = await transaction.find(attemptTable, {
    where: { letterId: In(doubted.map(({ id }) => id)), verdict: 'accepted' },
  });
  const ended = doubted.flatMap((letter): Move[] => {
    const attempt = taken.find(
      ({ letterId, endedAt }) => letterId === letter.id && (endedAt ?? 0) > (letter.acceptedAt ?? 0),
    );
    const patch = { acceptedAt: now, dueAt: now + needs.bounceWait };
    return attempt
      ? [{ id: letter.id, from: 'in_doubt', to: 'accepted', reason: 'a server took it', cause: attempt.id, patch }]
      : [];
  });
  await moveLetters(transaction, ended, now);
}
