/** What staff took replies for that no rule knows: only ever added to; the newest judgement of a reply counts. */
import { EntitySchema, In, LessThan } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import type { Evidence } from './outcome.ts';

/** Whose failure it is, as somebody reads it; `leave`: it says nothing that a rule could use. */
export const replyMeanings = ['signer', 'ours', 'passing', 'dead', 'blocked', 'full', 'leave'] as const;
export type ReplyMeaning = (typeof replyMeanings)[number];

export interface ReplyJudgement {
  id: string;
  /** Hash of the words. */
  reply: string;
  /** The words without names, addresses and ids, and where they were said last. */
  words: string;
  stage: Evidence['stage'];
  code: number | null;
  enhanced: string | null;
  meaning: ReplyMeaning;
  by: string;
  at: Instant;
  reason: string;
}

export const replyJudgementTable = new EntitySchema<ReplyJudgement>({
  name: 'reply_judgement',
  columns: {
    id: primary(id),
    reply: word(43),
    words: word(300),
    stage: word(10),
    code: optional(count),
    enhanced: optional(word(12)),
    meaning: word(10),
    by: { ...word(80), name: 'judged_by' },
    at: instant,
    reason: word(400),
  },
});

/** The newest judgement of each of these replies. */
export async function judgementsOf(
  reader: Transaction,
  replies: readonly string[],
): Promise<Map<string, ReplyJudgement>> {
  if (replies.length === 0) return new Map();
  const rows = await reader.find(replyJudgementTable, { where: { reply: In([...replies]) }, order: { id: 'ASC' } });
  return new Map(rows.map((row) => [row.reply, row]));
}

/** All judgements, the newest first, from before an id on. */
export async function listJudgements(
  reader: Transaction,
  { before, most }: { before: string | undefined; most: number },
): Promise<ReplyJudgement[]> {
  const where = before === undefined ? {} : { id: LessThan(before) };
  return reader.find(replyJudgementTable, { where, order: { id: 'DESC' }, take: most });
}

/** Id of the newest judgement of all. */
export async function newestJudgement(reader: Transaction): Promise<string> {
  const [newest] = await reader.find(replyJudgementTable, { select: { id: true }, order: { id: 'DESC' }, take: 1 });
  return newest?.id ?? '';
}
