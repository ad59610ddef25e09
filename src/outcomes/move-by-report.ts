/** What a report does to its letter: one way out per kind. A letter already on paper stays there. */
import type { Clock } from '../clock.ts';
import { letterTable, moveLetters, type Move } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Transaction } from '../storage/database.ts';
import { nextStep, patchOf } from './next-step.ts';
import type { Classification } from './outcome.ts';
import type { Report } from './read-report.ts';

export interface MoveByReportNeeds {
  clock: Clock;
  bounceWait: number;
  giveUpAfter: number;
  random: () => number;
}

interface Heard {
  letter: Letter;
  report: Report;
  /** Absent when the report could not be read, or speaks of somebody else. */
  classification: Classification | undefined;
  cause: string;
  nullSender: boolean;
  /** Another mailbox of the target, when the report says that this one is dead. */
  nextMailbox?: string | undefined;
}

/** Only a letter that was taken can have caused these: they end a doubt. */
const proofOfArrival: readonly Report['kind'][] = ['delivered', 'delayed', 'auto-reply', 'human-answer', 'complaint'];

/** An instant that never comes: the letter waits for a person. */
const never = Number.MAX_SAFE_INTEGER;

/** Whether a report came that nobody but a person can read: until then the letter counts as neither delivered nor returned. */
export function waitsForPerson({ state, dueAt }: Pick<Letter, 'state' | 'dueAt'>): boolean {
  return state === 'accepted' && dueAt === never;
}

/** Moves the letter in the transaction given, and says in our words what was done. */
export async function moveByReport(needs: MoveByReportNeeds, transaction: Transaction, heard: Heard): Promise<string> {
  const { letter, report, classification, cause } = heard;
  const now = needs.clock.now();
  const move = { id: letter.id, cause, fence: letter.fence };
  const atServer = letter.state === 'accepted' || letter.state === 'in_doubt';
  const isProof = proofOfArrival.includes(report.kind) || (report.kind === 'failed' && classification !== undefined);
  if (letter.state === 'in_doubt' && isProof) {
    const patch = { acceptedAt: now, dueAt: now + needs.bounceWait };
    await moveLetters(
      transaction,
      [{ ...move, from: 'in_doubt', to: 'accepted', reason: 'a report shows that it was taken', patch }],
      now,
    );
  }
  if (report.kind === 'delivered' && atServer) {
    await moveLetters(
      transaction,
      [{ ...move, from: 'accepted', to: 'delivered', reason: 'a report says delivered' }],
      now,
    );
    return 'delivered';
  }
  if (report.kind === 'delayed' && atServer) {
    await transaction.update(letterTable, { id: letter.id }, { dueAt: now + needs.bounceWait });
    return 'waits longer';
  }
  if ((report.kind === 'unreadable' && heard.nullSender) || (report.kind === 'failed' && !classification)) {
    // Silence means delivered, and this is no silence: without a person the letter is never called delivered.
    if (letter.state === 'accepted') await transaction.update(letterTable, { id: letter.id }, { dueAt: never });
    return 'held: a person has to read it';
  }
  if (report.kind !== 'failed' || !classification) return 'noted';
  if (!atServer && letter.state !== 'delivered') return `noted: the letter is ${letter.state}`;
  const came: Move = {
    ...move,
    from: letter.state === 'delivered' ? 'delivered' : 'accepted',
    to: 'returned',
    reason: `came back: ${classification.class}`,
  };
  await moveLetters(transaction, [came], now);
  return letter.signerDomain === ''
    ? endErased(transaction, move, now)
    : sendOn(needs, transaction, heard, classification);
}

async function sendOn(
  needs: MoveByReportNeeds,
  transaction: Transaction,
  { letter, cause, nextMailbox }: Heard,
  classification: Classification,
): Promise<string> {
  const now = needs.clock.now();
  const { giveUpAfter, random } = needs;
  const next = nextStep({ letter, classification, nextMailbox, permanent: true, now, giveUpAfter, random });
  await moveLetters(
    transaction,
    [
      {
        id: letter.id,
        cause,
        fence: letter.fence,
        from: 'returned',
        to: next.to,
        reason: next.reason,
        patch: patchOf(next, letter),
      },
    ],
    now,
  );
  return `returned, then ${next.to}`;
}

/** The signer was erased after the letter had left: it is not sent again and its name comes onto no petition. */
async function endErased(
  transaction: Transaction,
  move: Pick<Move, 'id' | 'cause' | 'fence'>,
  now: number,
): Promise<string> {
  const reason = 'came back after its signer was erased';
  await moveLetters(transaction, [{ ...move, from: 'returned', to: 'for_hand', reason }], now);
  await moveLetters(transaction, [{ ...move, from: 'for_hand', to: 'withdrawn', reason }], now);
  return 'returned, then withdrawn';
}
