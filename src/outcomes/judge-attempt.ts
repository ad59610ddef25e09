/** What is made of a conversation's end: whose failure it was, and where the letter goes from there. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Move } from '../letters/letter-table.ts';
import type { Claimed } from '../outbox/send-letters.ts';
import type { AttemptResult } from '../outbox/verdict.ts';
import { classifyReply } from './classify-reply.ts';
import type { DeadMailbox } from './dead-mailbox-table.ts';
import { judgeMailbox, type MailboxJudgement } from './dead-mailboxes.ts';
import { nextStep, patchOf } from './next-step.ts';
import type { OutcomeRow } from './outcome-table.ts';
import type { Classification } from './outcome.ts';
import { replyContext } from './reply-context.ts';

export interface JudgeNeeds {
  clock: Clock;
  book: CampaignBook;
  bounceWait: number;
  inDoubtWait: number;
  giveUpAfter: number;
  random: () => number;
}

export interface Ended {
  claimed: Claimed;
  result: AttemptResult;
}

export interface Judged extends Ended {
  trouble: { outcome: OutcomeRow; classification: Classification; mailbox: MailboxJudgement } | undefined;
}

/** What is made of a conversation. An accepted letter needs no outcome: its attempt says it all; a doubt has no words. */
export function judge(needs: JudgeNeeds, { claimed, result }: Ended, dead: ReadonlySet<string> | undefined): Judged {
  if (result.verdict === 'accepted' || result.verdict === 'in_doubt') return { claimed, result, trouble: undefined };
  const { letter, attempt } = claimed;
  const found = classifyReply(result.reply, replyContext(needs.book, letter, attempt.identity));
  const permanent = result.verdict === 'refused';
  const mailbox = judgeMailbox(needs, letter, { classification: found, permanent }, dead);
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
    // A dead mailbox is not a dead target while another is left.
    attribution: mailbox.isSpared ? null : (found.attribution ?? null),
    rule: found.rule,
    ownWords: letter.ownWords,
    cause: attempt.id,
  };
  return { claimed, result, trouble: { outcome, classification: found, mailbox } };
}

/** The mailboxes that were said to be dead, with the outcomes that say so. */
export function deathsIn(judged: readonly Judged[]): DeadMailbox[] {
  return judged.flatMap(({ trouble }) => {
    if (trouble?.mailbox.dead === undefined) return [];
    const { outcome, mailbox } = trouble;
    return [
      { outcomeId: outcome.id, target: outcome.target, mailbox: mailbox.dead ?? '', at: outcome.at, settledAt: null },
    ];
  });
}

/** Moves away from `sending`, and the moves that follow from a refusal. */
export function movesFor(needs: JudgeNeeds, judged: readonly Judged[]): [Move[], Move[]] {
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
    const { outcome, classification, mailbox } = trouble;
    const permanent = result.verdict === 'refused';
    const next = nextStep({
      letter,
      classification,
      nextMailbox: mailbox.next,
      permanent,
      now,
      giveUpAfter: needs.giveUpAfter,
      random: needs.random,
    });
    const patch = patchOf(next, letter);
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
