/** The one normal form that every verdict and every report is turned into before anything is counted. */
import type { SmtpStage } from '../outbox/verdict.ts';

/** Whose failure it was. Only `dead`, `blocked` and `full` ever count against a target. */
export type Attribution = 'signer' | 'ours' | 'passing' | 'dead' | 'blocked' | 'full';

/** What happened. The names are stable: they are metric labels and part of the API. */
export type OutcomeClass =
  | 'delivered' // a report proves delivery
  | 'dead-mailbox' // the mailbox, its user or its domain does not exist
  | 'target-block' // the target refuses: policy, content, a personal or administrative block
  | 'content' // the words of the letter offend a filter
  | 'mailbox-full'
  | 'sender-auth' // the signer's own domain forbids it (DMARC, SPF alignment)
  | 'our-config' // our authentication, HELO, PTR, TLS, relaying
  | 'our-reputation' // our address or domain is on a list
  | 'rate' // too fast, too many connections
  | 'greylist'
  | 'network' // no conversation: DNS, connect, time-out, reset
  | 'transient' // any other passing trouble
  | 'protocol' // syntax, size, content encoding: a bug of ours
  | 'delayed' // a report that the letter still waits on the way
  | 'auto-reply'
  | 'human-answer'
  | 'complaint'
  | 'unknown'; // no rule knows it; retried, listed for review, never permanent

/**
 * Where we heard it, strongest first: ourselves; from a relay that proved itself; from anybody who knows the signed
 * return path of the letter, as the target does. A report that proves nothing never becomes an outcome.
 */
export type OutcomeTrust = 'session' | 'relay-webhook' | 'report-signed-path';

/** What we know before classification: the words and where they were said. */
export interface Evidence {
  /** `async` is a report about a conversation we did not hold. */
  stage: SmtpStage | 'async';
  code: number | undefined;
  enhanced: string | undefined;
  text: string;
}

/** A classified evidence: the answer to "what is it, whose failure, by which rule". */
export interface Classification {
  class: OutcomeClass;
  attribution: Attribution | undefined;
  /** Id of the rule that decided, as listed in `reply-rules.ts`. */
  rule: string;
  /** Seconds to wait, when the words name a time ("try again in 5 minutes"). */
  retryAfter: number | undefined;
}
