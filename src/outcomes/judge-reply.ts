/** Step: somebody of staff says what a reply means that no rule knows, so that it waits for nobody any more. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { judgementsOf, replyJudgementTable, type ReplyJudgement, type ReplyMeaning } from './reply-judgement-table.ts';
import { unknownReplies } from './unknown-replies.ts';

export interface JudgementWish {
  /** `key` of an unknown reply. */
  reply: string;
  meaning: ReplyMeaning;
  by: string;
  reason: string;
}

/**
 * Keeps a judgement. It teaches no rule and moves no letter: what a rule shuts a channel for was tried in the
 * simulation, and a sentence that somebody judged in a hurry was not. Throws `not-found` for words that nobody said.
 */
export async function judgeReply(
  { database, clock }: { database: Database; clock: Clock },
  { reply, meaning, by, reason }: JudgementWish,
): Promise<ReplyJudgement> {
  const { replies } = await unknownReplies(database, undefined, Infinity);
  const found = replies.find(({ key }) => key === reply);
  // Whoever changes her mind may do so after its outcomes are gone.
  const said = found
    ? { words: found.words, ...found.example }
    : (await judgementsOf(database.read, [reply])).get(reply);
  if (!said) throw new AppError('not-found', 'There is no such reply.');
  const { words, stage, code, enhanced } = said;
  const id = newId(clock);
  const row: ReplyJudgement = { id, reply, words, stage, code, enhanced, meaning, by, at: clock.now(), reason };
  await database.write((transaction) => insertRows(transaction, replyJudgementTable, [row]));
  return row;
}
