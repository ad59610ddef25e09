/** Step: what a conversation ended in is written down, counted for whose failure it was, and the letter moves on. */
import { stopwatch } from '../clock.ts';
import { moveLetters } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import { attemptTable, type Attempt } from '../outbox/attempt-table.ts';
import type { HoldEvent } from '../outbox/hold-event-table.ts';
import type { Claimed } from '../outbox/send-letters.ts';
import type { AttemptResult } from '../outbox/verdict.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { createGroupCommit } from '../storage/group-commit.ts';
import { persist } from '../storage/persist.ts';
import { insertRows, writeRowsOver } from '../storage/write-rows.ts';
import type { ReviewAsker } from './ask-for-review.ts';
import { deadMailboxTable } from './dead-mailbox-table.ts';
import { deadMailboxes } from './dead-mailboxes.ts';
import { deathsIn, judge, movesFor, type Ended, type JudgeNeeds } from './judge-attempt.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';
import { recordTrouble } from './record-trouble.ts';

export interface RecordNeeds extends JudgeNeeds {
  database: Database;
  reviews: ReviewAsker;
  /** Milliseconds after which a result is no longer worth keeping in memory: its letter is in doubt by then. */
  lease: number;
  /** Metrics: one call per outcome, after its commit. */
  counted(outcome: Pick<OutcomeRow, 'class' | 'attribution'>): void;
  attempted(verdict: AttemptResult['verdict']): void;
  /** Told after the commit that a breaker was opened or closed. */
  held(event: HoldEvent): void;
  /** Told each time the database would not take a result. */
  failed(error: Error): void;
}

export interface AttemptRecorder {
  /** Resolves when the end of the attempt is on disk: it is tried again until it is. */
  record(claimed: Claimed, result: AttemptResult): Promise<void>;
  /** A claimed letter was never dialled, for want of time or because letters are held: it is due again at once. The attempt stays on record as not dialled. */
  putBack(claimed: Claimed): Promise<void>;
  /** The service is stopping: a database that will not write is no longer waited for long. */
  hurry(): void;
}

/** Seconds. While the service stops, a database that will not write is not waited for: the sweep finds the letter in doubt. */
const hurriedPatience = 5;

/**
 * Conversations end one by one, and each transaction costs as much as many letters. What gathers here is what a crash
 * at this moment leaves in doubt, so it is not for long.
 */
const gathering = { items: 200, linger: 8 };

export function createAttemptRecorder(needs: RecordNeeds): AttemptRecorder {
  let hurriedFor: (() => number) | undefined;
  /** Until the leases of these letters end; then they are in doubt whatever we know. */
  const until = (attempts: readonly Attempt[]) => {
    const oldest = Math.min(...attempts.map((attempt) => attempt.startedAt));
    return (): boolean => (hurriedFor ? hurriedFor() < hurriedPatience : needs.clock.now() < oldest + needs.lease);
  };
  const { failed } = needs;
  // A 250 that is forgotten is a letter sent twice: neither a locked database nor a full disk may lose it.
  const group = createGroupCommit<Ended, void>(async (ended) => {
    const goOn = until(ended.map(({ claimed }) => claimed.attempt));
    await persist(() => commit(needs, ended), { goOn, failed });
    return ended.map(() => undefined);
  }, gathering);
  return {
    record: (claimed, result) => group.add({ claimed, result }),
    putBack: ({ letter, attempt }) => persist(() => undo(needs, letter, attempt), { goOn: until([attempt]), failed }),
    hurry() {
      hurriedFor ??= stopwatch();
    },
  };
}

async function undo(needs: RecordNeeds, letter: Letter, attempt: Attempt): Promise<void> {
  const { database, clock } = needs;
  const { id } = letter;
  const now = clock.now();
  await database.write(async (transaction) => {
    const patch = { dueAt: now };
    await moveLetters(
      transaction,
      [
        {
          id,
          fence: attempt.fence,
          from: 'sending',
          to: 'queued',
          reason: 'not dialled',
          cause: attempt.id,
          patch,
        },
      ],
      now,
    );
    await transaction.update(
      attemptTable,
      { id: attempt.id },
      { endedAt: now, verdict: 'unreachable', stage: 'connect', reply: 'not dialled' },
    );
    // Was it the one that tries, another may.
    await recordTrouble(needs, transaction, [{ letter, verdict: 'unreachable', outcome: undefined }]);
  });
  needs.attempted('unreachable');
}

async function commit(needs: RecordNeeds, ended: readonly Ended[]): Promise<void> {
  const now = needs.clock.now();
  const refusing = ended
    .filter(({ result }) => result.verdict === 'refused')
    .map(({ claimed }) => claimed.letter.target);
  const dead = await deadMailboxes(needs, needs.database.read, refusing);
  const judged = ended.map((each) => judge(needs, each, dead.get(each.claimed.letter.target)));
  const outcomes = judged.flatMap(({ trouble }) => (trouble ? [trouble.outcome] : []));
  let holds: HoldEvent[] = [];
  await needs.database.write(async (transaction) => {
    await completeAttempts(transaction, ended, now);
    await insertRows(transaction, outcomeTable, outcomes);
    await insertRows(transaction, deadMailboxTable, deathsIn(judged));
    const [first, second] = movesFor(needs, judged);
    const moved = await moveLetters(transaction, first, now);
    // An accepted letter has arrived with its first move; only one whose lease had ended meanwhile needs the other.
    await moveLetters(
      transaction,
      second.filter(({ from, id }) => from === 'refused' || !moved.has(id)),
      now,
    );
    holds = await recordTrouble(
      needs,
      transaction,
      judged.map(({ claimed: { letter }, result: { verdict }, trouble }) => ({
        letter,
        verdict,
        outcome: trouble?.outcome,
      })),
    );
  });
  for (const each of ended) needs.attempted(each.result.verdict);
  for (const outcome of outcomes) needs.counted(outcome);
  for (const event of holds) needs.held(event);
  for (const [target, heard] of Map.groupBy(ended, (each) => each.claimed.letter.target))
    await needs.reviews.ask(
      target,
      heard.some((each) => each.result.verdict !== 'accepted'),
    );
}

async function completeAttempts(transaction: Transaction, ended: readonly Ended[], now: number): Promise<void> {
  const rows = ended.map(({ claimed, result }) => ({
    ...claimed.attempt,
    endedAt: now,
    verdict: result.verdict,
    stage: result.reply.stage,
    code: result.reply.code ?? null,
    enhanced: result.reply.enhanced ?? null,
    reply: result.reply.text.slice(0, 1_000),
  }));
  await writeRowsOver(transaction, attemptTable, rows, ['endedAt', 'verdict', 'stage', 'code', 'enhanced', 'reply']);
}
