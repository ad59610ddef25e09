/** What a reply rule is, and the groups of stages and codes that rules speak about. */
import type { Attribution, Evidence, OutcomeClass } from '../outcome.ts';

export type Stage = Evidence['stage'];

/**
 * One rule. All patterns that are given must match. A new rule is one more entry with the reply that taught it;
 * the test classifies every `example` and fails when another rule speaks first.
 *
 * Patterns run on short normalised text (`normalise-reply.ts`): lower case, with `address`, `host`, `ip` and `id`
 * in place of names. They use no unbounded quantifier, only `?` and gaps such as `.{0,40}`.
 */
export interface ReplyRule {
  /** Stable: it is stored with the outcome and shown to staff. */
  readonly id: string;
  /** Where in the conversation the rule may speak; absent: anywhere. `async` is a report that names no stage. */
  readonly stages?: readonly Stage[];
  /** The three digits; one digit when only an enhanced code is known; empty when no code is. */
  readonly code?: RegExp;
  readonly enhanced?: RegExp;
  readonly phrase?: RegExp;
  /** Looks at the links of the reply alone. */
  readonly link?: RegExp;
  readonly class: OutcomeClass;
  /**
   * Whose failure. `author`: of the domain in From, so the signer's when the signer stands there and ours
   * otherwise. `path`: of our return path and signature, unless the words name the signer's domain.
   */
  readonly attribution: Attribution | 'author' | 'path' | undefined;
  readonly example: string;
  readonly source: string;
}

/** Refused for good, or no code at all: a report in words only. Never a 4xx: passing trouble is not evidence. */
export const permanent = /^(?:5|$)/;
export const temporary = /^4/;

/** Before any recipient was named: whatever is refused here is refused to us. */
export const atTheDoor: readonly Stage[] = ['connect', 'banner', 'ehlo'];
/** A mailbox has been named. Many servers look it up only after the final dot. */
export const afterRecipient: readonly Stage[] = ['rcpt', 'data', 'dot', 'async'];
/** The sender, the recipient or the letter itself was looked at. */
export const afterSender: readonly Stage[] = ['mail', ...afterRecipient];
