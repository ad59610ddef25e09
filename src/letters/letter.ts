/** A letter: one signature's message to one target, the unit of delivery. */
import type { Instant } from '../clock.ts';
import type { LetterState } from './letter-states.ts';

export interface Letter {
  id: string;
  signatureId: string;
  campaign: string;
  /** Version of the campaign the signature was given to; names the text that is sent. */
  campaignVersion: string;
  target: string;
  language: string;
  /** Domain of the signer's address: evidence counts only from several distinct ones. */
  signerDomain: string;
  /** Whether the signer added words of her own. */
  ownWords: boolean;
  state: LetterState;
  stateSince: Instant;
  /** Moves so far; the number of the newest history row. */
  moves: number;
  createdAt: Instant;
  /**
   * When the present wait ends: the time to confirm (`held`), due by mail (`queued`), end of the lease (`sending`), end of the doubt
   * (`in_doubt`), end of the bounce wait (`accepted`). Other states do not wait.
   */
  dueAt: Instant;
  /** Conversations started so far. */
  attempts: number;
  /** How often a conversation broke off after the final dot. */
  doubts: number;
  /** Rises with every claim: a mailer that lost its lease can no longer write. */
  fence: number;
  /** Fixed at the first attempt, so that every later one sends the same bytes. */
  identity: 'reply-to' | 'from' | null;
  /** The mailbox it was last sent to, or is sent on to; a copy in doubt goes to the same. */
  mailbox: string | null;
  firstAttemptAt: Instant | null;
  acceptedAt: Instant | null;
  /** The sealed petition its name stands on. */
  petitionId: string | null;
}

/** One step of a letter's journey; `from` is null for its birth. */
export interface LetterMove {
  letterId: string;
  /** 1, 2, 3 … without gaps. */
  seq: number;
  from: LetterState | null;
  to: LetterState;
  at: Instant;
  /** Why, in a few words of ours: never the text of a server, never personal. */
  reason: string;
  /** The attempt, outcome, petition or hand-in that caused it. */
  cause: string | null;
}
