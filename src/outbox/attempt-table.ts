/** Attempts: one row per SMTP conversation, written before dialling and completed after it. */
import { EntitySchema, MoreThan } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import type { SmtpStage, Verdict } from './verdict.ts';

export interface Attempt {
  id: string;
  letterId: string;
  target: string;
  /** 1, 2, 3 … per letter. */
  number: number;
  /** The fence the letter was claimed with. */
  fence: number;
  startedAt: Instant;
  endedAt: Instant | null;
  identity: 'reply-to' | 'from';
  /** The mailbox it went to; null in rows from before it was written down. */
  mailbox: string | null;
  /** SHA-256 of the bytes before signing: the audit proves that every copy was the same. */
  messageDigest: string;
  /** Null while the conversation runs, or when it died with its process. */
  verdict: Verdict | null;
  stage: SmtpStage | null;
  code: number | null;
  enhanced: string | null;
  /** The server's own words; may hold addresses, so it never leaves this table and the staff's pages. */
  reply: string | null;
}

export const attemptTable = new EntitySchema<Attempt>({
  name: 'attempt',
  columns: {
    id: primary(id),
    letterId: id,
    target: word(80),
    number: count,
    fence: count,
    startedAt: instant,
    endedAt: optional(instant),
    identity: word(8),
    mailbox: optional(word(254)),
    messageDigest: word(43),
    verdict: optional(word(12)),
    stage: optional(word(10)),
    code: optional(count),
    enhanced: optional(word(12)),
    reply: optional(word(1000)),
  },
});

/** When a server last took a letter to this target, if it did after an instant. */
export async function newestAccepted(
  reader: Transaction,
  target: string,
  after: Instant,
): Promise<Instant | undefined> {
  const newest = await reader.findOne(attemptTable, {
    select: { endedAt: true },
    where: { target, verdict: 'accepted', endedAt: MoreThan(after) },
    order: { endedAt: 'DESC' },
  });
  return newest?.endedAt ?? undefined;
}
