/** Step: what a conversation ended in is written down, counted for whose failure it was, and the letter moves on. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import { stopwatch, type Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import { moveLetters, type Move } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import { attemptTable, type Attempt } from '../outbox/attempt-table.ts';
import { clearSite, pauseSite } from '../outbox/site-table.ts';
import type { Claimed } from '../outbox/send-letters.ts';
import type { AttemptResult } from '../outbox/verdict.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { createGroupCommit } from '../storage/group-commit.ts';
import { persist } from '../storage/persist.ts';
import { insertRows, writeRowsOver } from '../storage/write-rows.ts';
import type { ReviewAsker } from './ask-for-review.ts';
import { classifyReply } from './classify-reply.ts';
import { nextStep } from './next-step.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';
import type { Classification } from './outcome.ts';
import { replyContext } from './reply-context.ts';

export interface RecordNeeds {
  database: Database;
  clock: Clock;
  reviews: ReviewAsker;
  book: CampaignBook;
  bounceWait: number;
  inDoubtWait: number;
  giveUpAfter: number;
  /** Milliseconds after which a result is no longer worth keeping in memory: its letter is in doubt by then. */
  lease: number;
  random: () => number;
  /** Metrics: one call per outcome, after its commit. */
  counted(outcome: Pick<OutcomeRow, 'class' | 'attribution'>): void;
  attempted(verdict: AttemptResult['verdict']): void;
  paused(reason: string): void;
  /** Told each time the database would not take a result. */
  failed(error: Error): void;
}

interface Ended {
  claimed: Claimed;
  result: AttemptResult;
}

interface Judged extends Ended {
  trouble: { outcome: OutcomeRow; classification: Classification } | undefined;
}

export interface AttemptRecorder {
  /** Resolves when the end of the attempt is on disk: it is tried again until it is. */
  record(claimed: Claimed, result: AttemptResult): Promise<void>;
  /** A claimed letter was never dialled: it is due again at once. The attempt stays on record as not dialled. */
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

async function undo({ database, clock }: RecordNeeds, { id }: Letter, attempt: Attempt): Promise<void> {
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
          reason: 'not dialled in time',
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
  });
}

async function commit(needs: RecordNeeds, ended: readonly Ended[]): Promise<void> {
  const now = needs.clock.now();
  const judged = ended.map((each) => judge(needs, each));
  const outcomes = judged.flatMap(({ trouble }) => (trouble ? [trouble.outcome] : []));
  // Only what we saw ourselves, and only what concerns all letters: a report can be made up, a size is one letter's.
  const ours = outcomes.find((outcome) => outcome.class === 'our-config' || outcome.class === 'our-reputation');
  let paused: string | undefined;
  await needs.database.write(async (transaction) => {
    await completeAttempts(transaction, ended, now);
    await insertRows(transaction, outcomeTable, outcomes);
    const [first, second] = movesFor(needs, judged);
    const moved = await moveLetters(transaction, first, now);
    // An accepted letter has arrived with its first move; only one whose lease had ended meanwhile needs the other.
    await moveLetters(
      transaction,
      second.filter(({ from, id }) => from === 'refused' || !moved.has(id)),
      now,
    );
    if (ours) paused = (await pauseSite(transaction, `${ours.class} (${ours.rule})`, now)).reason;
    else if (ended.some((each) => each.result.verdict === 'accepted')) await clearSite(transaction);
  });
  for (const each of ended) needs.attempted(each.result.verdict);
  for (const outcome of outcomes) needs.counted(outcome);
  if (paused !== undefined) needs.paused(paused);
  for (const [target, heard] of Map.groupBy(ended, (each) => each.claimed.letter.target))
    await needs.reviews.ask(
      target,
      heard.some((each) => each.result.verdict !== 'accepted'),
    );
}

/** What is made of a conversation. An accepted letter needs no outcome: its attempt says it all; a doubt has no words. */
function judge(needs: RecordNeeds, { claimed, result }: Ended): Judged {
  if (result.verdict === 'accepted' || result.verdict === 'in_doubt') return { claimed, result, trouble: undefined };
  const { letter, attempt } = claimed;
  const found = classifyReply(result.reply, replyContext(needs.book, letter, attempt.identity));
  const outcome: OutcomeRow = {
    id: newId(needs.clock),
    letterId: letter.id,
    target: letter.target,
    signerDomain: letter.signerDomain,
    at: needs.clock.now(),
    trust: 'session',
    stage: result.reply.stage,
    code: result.reply.code ?? null,
    enhanced: result.reply.enhanced ?? null,
    text: result.reply.text.slice(0, 1_000),
    class: found.class,
    attribution: found.attribution ?? null,
    rule: found.rule,
    ownWords: letter.ownWords,
    cause: attempt.id,
  };
  return { claimed, result, trouble: { outcome, classification: found } };
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

/** Moves away from `sending`, and the moves that follow from a refusal. */
function movesFor(needs: RecordNeeds, judged: readonly Judged[]): [Move[], Move[]] {
  const now = needs.clock.now();
  const first: Move[] = [];
  const second: Move[] = [];
  for (const { claimed, result, trouble } of judged) {
    const { letter, attempt } = claimed;
    const move = { id: letter.id, fence: attempt.fence, cause: attempt.id, from: 'sending' as const };
    if (result.verdict === 'accepted') {
      const patch = { acceptedAt: now, dueAt: now + needs.bounceWait };
      first.push({ ...move, to: 'accepted', reason: 'a server took it', patch });
      // The lease may have ended meanwhile: the late 250 still ends the doubt.
      second.push({ ...move, from: 'in_doubt', to: 'accepted', reason: 'a server took it', patch });
      continue;
    }
    if (!trouble) {
      first.push({
        ...move,
        to: 'in_doubt',
        reason: 'broke off after the message was asked for',
        patch: { doubts: letter.doubts + 1, dueAt: now + needs.inDoubtWait },
      });
      continue;
    }
    const { outcome, classification } = trouble;
    const permanent = result.verdict === 'refused';
    const next = nextStep({
      letter,
      classification,
      permanent,
      now,
      giveUpAfter: needs.giveUpAfter,
      random: needs.random,
    });
    const patch = next.to === 'queued' ? { dueAt: next.dueAt, identity: next.identity } : {};
    const cause = outcome.id;
    if (next.to === 'queued' && !permanent) {
      first.push({ ...move, cause, to: 'queued', reason: next.reason, patch });
    } else {
      first.push({ ...move, cause, to: 'refused', reason: `refused: ${outcome.class}` });
      second.push({ ...move, cause, from: 'refused', to: next.to, reason: next.reason, patch });
    }
  }
  return [first, second];
}
