/** Every job, in the order of the journey. A job carries ids and is only a reminder: the row holds the truth. */
import type { Instant } from './clock.ts';

export interface Jobs {
  /** Due letters of one target may leave now; `due` is the time their rows were given with this reminder. */
  'send-letters': { letterIds: readonly string[]; due?: Instant };
  /** Somebody on staff wants to see a letter in her own mailbox. */
  'send-test-letter': { testLetterId: string };
  /** A returned mail was stored and waits to be read. */
  'read-report': { returnedMailId: string };
  /** A person answered to a return path; the answer waits to go on to the signer. */
  'forward-answer': { answerId: string };
  /** Something was heard that may change how a target is reached. */
  'review-channel': { target: string };
  /** A petition was begun, sealed or voided, and something is still to be done for it. */
  'finish-petition': { petitionId: string };
  /** An endpoint has not yet been told of an event. */
  'send-webhook': { eventId: string; endpoint: string };
  /** Mails to signers may leave now; `due` is the time their rows were given with this reminder. */
  'send-notices': { noticeIds: readonly string[]; due: Instant };
}

export type JobName = keyof Jobs;
