/** Letters that staff send to themselves to see how they look in a mail program. They are no letters of the ledger. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { bytes, count, id, instant, optional, primary, word } from '../storage/columns.ts';

/** `gone`: it may have been sent when its process died, and is not sent again. */
export type TestLetterEnd = 'accepted' | 'refused' | 'gone' | 'given-up';

export interface TestLetter {
  id: string;
  campaign: string;
  version: string;
  target: string;
  language: string;
  /** The member of staff, who is also the one it is sent to. */
  askedBy: string;
  askedAt: Instant;
  /** Our address in From: its domain's key signs. */
  sender: string;
  /** Blanked when it has come to its end, as the message is. */
  recipient: string;
  message: Buffer;
  dueAt: Instant;
  tries: number;
  startedAt: Instant | null;
  endedAt: Instant | null;
  verdict: TestLetterEnd | null;
  reply: string | null;
}

export const testLetterTable = new EntitySchema<TestLetter>({
  name: 'test_letter',
  columns: {
    id: primary(id),
    campaign: word(80),
    version: word(16),
    target: word(80),
    language: word(20),
    askedBy: word(80),
    askedAt: instant,
    sender: word(254),
    recipient: word(254),
    message: bytes,
    dueAt: instant,
    tries: count,
    startedAt: optional(instant),
    endedAt: optional(instant),
    verdict: optional(word(12)),
    reply: optional(word(1_000)),
  },
});
