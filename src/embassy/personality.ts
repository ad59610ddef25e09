/** How a simulated embassy may behave: what it answers at each point of the conversation, and what comes back later. */
import type { Instant } from '../clock.ts';
import type { ReturnedReport } from './returned-report.ts';

/** Points at which an embassy can answer. `data` is the command, `body` the first bytes of the letter, `dot` its end. */
export type VisitStage = 'connect' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot';

/** A letter the embassy took. */
export interface ReceivedMail {
  envelope: {
    /** Return path; empty for a report. */
    from: string;
    to: readonly string[];
    /** ENVID of the sender (RFC 3461), when it gave one. */
    envelopeId: string | undefined;
  };
  raw: Buffer;
  at: Instant;
}

interface Visit {
  stage: VisitStage;
  /** Address of the visitor, return path and recipient as far as they are known. */
  client: string;
  from: string;
  to: string;
  at: Instant;
}

/**
 * What is answered. `say` is a reply such as `550 5.7.1 No`, several lines split by a line break; it can be said
 * at `connect`, `mail`, `rcpt` and `dot`. `hangUp` closes the line without a word, at the dot after the letter
 * was kept (`taken`) or not.
 */
export type Answer = { say: string } | { hangUp: true; taken?: boolean };

export interface Personality {
  name: string;
  /** Milliseconds that pass before each reply; replies keep their order. */
  delay?: number;
  /** Called once at each stage of a visit; undefined means go on. */
  answer?(visit: Visit): Answer | undefined;
  /** What is sent back after a letter was taken. */
  sendsBack?(mail: ReceivedMail): ReturnedReport | undefined;
}
