/** What becomes of a letter after trouble: decided by whose failure it was, in one place for replies and reports. */
import { hour, type Instant } from '../clock.ts';
import type { LetterPatch } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import { backoff } from '../outbox/backoff.ts';
import type { Classification } from './outcome.ts';

export type NextStep =
  | { to: 'queued'; dueAt: Instant; identity: Letter['identity']; mailbox?: string; reason: string }
  | { to: 'for_hand'; reason: string };

interface Trouble {
  letter: Pick<Letter, 'attempts' | 'identity' | 'firstAttemptAt'>;
  classification: Classification;
  /** Another mailbox of the target, when the one it went to is dead. */
  nextMailbox?: string | undefined;
  /** True when the words were final (5xx, or a report of failure), false for "not now". */
  permanent: boolean;
  now: Instant;
  /** Milliseconds after the first attempt at which passing trouble is no longer waited out. */
  giveUpAfter: number;
  random: () => number;
}

/**
 * What changes in a letter with its next step. On the way to paper its mailbox is forgotten, and a later try starts
 * with the first; but a letter that was in doubt goes nowhere else.
 */
export function patchOf(next: NextStep, { doubts }: Pick<Letter, 'doubts'>): LetterPatch {
  if (next.to === 'for_hand') return doubts > 0 ? {} : { mailbox: null };
  const { dueAt, identity, mailbox } = next;
  return { dueAt, identity, ...(mailbox === undefined ? {} : { mailbox }) };
}

/** An unknown or full mailbox is not asked every five minutes. */
const patient = 2 * hour;

/**
 * `ours` and `passing` wait and try again; `signer` tries once more under our own address; `dead` and
 * `blocked` go to the petition, or `dead` to another mailbox; `full` and the unknown are tried again for days, since neither is final.
 */
export function nextStep(trouble: Trouble): NextStep {
  const { letter, classification, now } = trouble;
  const wait = backoff(letter.attempts, classification.retryAfter, trouble.random);
  const again = (dueAt: Instant, reason: string) => ({
    to: 'queued' as const,
    dueAt,
    identity: letter.identity,
    reason,
  });
  const tooOld = now - (letter.firstAttemptAt ?? now) > trouble.giveUpAfter;
  switch (classification.attribution) {
    case 'ours':
      // Our trouble is no reason to break the promise: after days the name goes on paper.
      if (!tooOld) return again(now + wait, 'the trouble is ours');
      break;
    case 'signer':
      if (letter.identity === 'from')
        return {
          to: 'queued',
          dueAt: now,
          identity: 'reply-to',
          reason: "the signer's domain forbids its address as sender",
        };
      return { to: 'for_hand', reason: "the signer's domain forbids mail in the signer's name" };
    case 'dead':
    case 'blocked':
      if (trouble.permanent && trouble.nextMailbox !== undefined) {
        const reason = 'the mailbox does not exist: the next one is tried';
        return { ...again(now, reason), mailbox: trouble.nextMailbox };
      }
      if (trouble.permanent)
        return {
          to: 'for_hand',
          reason: classification.attribution === 'dead' ? 'the mailbox does not exist' : 'the target refuses it',
        };
      break;
    case 'full':
      if (!tooOld) return again(now + Math.max(wait, patient), 'the mailbox is full');
      break;
    case 'passing':
      break;
    case undefined:
      if (trouble.permanent && !tooOld) return again(now + Math.max(wait, patient), 'an unknown refusal');
      break;
  }
  return tooOld
    ? { to: 'for_hand', reason: 'it could not be delivered for days' }
    : again(now + wait, 'passing trouble');
}
