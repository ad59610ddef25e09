/** Answers of people that came to a return path and go on to the signer: one row per answer, written when it was read. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, optional, primary, word } from '../storage/columns.ts';

/** `in_doubt` may have arrived; `given-up`: the relay would not take it for days. The others were never sent. */
export type AnswerEnd = 'accepted' | 'refused' | 'in_doubt' | 'given-up' | 'erased' | 'own' | 'too-many';

export interface Answer {
  /** The id of the returned mail. */
  id: string;
  letterId: string;
  /** When it may be tried, or when a try that is under way must have ended. */
  dueAt: Instant;
  tries: number;
  /** Set while a try is under way: found later without an end, it may have been sent. */
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** How it ended: a verdict of the relay, or why it was never sent. */
  verdict: AnswerEnd | null;
  /** When somebody of staff had dealt with it, or nothing was left to deal with. */
  handledAt: Instant | null;
  /** `rule` or who did. */
  handledBy: string | null;
}

export const answerTable = new EntitySchema<Answer>({
  name: 'answer',
  columns: {
    id: primary(id),
    letterId: id,
    dueAt: instant,
    tries: count,
    startedAt: optional(instant),
    endedAt: optional(instant),
    verdict: optional(word(12)),
    handledAt: optional(instant),
    handledBy: optional(word(80)),
  },
});
