/** Answers of people as staff deal with them: which wait for somebody, and the mark that one was dealt with. */
import { IsNull, LessThan } from 'typeorm';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { answerTable, type Answer } from './answer-table.ts';

export interface AnswerQuestion {
  /** Only those that nobody has dealt with. */
  waiting: boolean;
  /** Id before which to begin. */
  before: string | undefined;
  most: number;
}

/** Answers, the newest first. */
export async function listAnswers(reader: Transaction, { waiting, before, most }: AnswerQuestion): Promise<Answer[]> {
  return reader.find(answerTable, {
    where: {
      ...(waiting ? { handledAt: IsNull() } : {}),
      ...(before === undefined ? {} : { id: LessThan(before) }),
    },
    order: { id: 'DESC' },
    take: most,
  });
}

/** How many wait for somebody: one stretch of an index. */
export async function countUnhandledAnswers(reader: Transaction): Promise<number> {
  return reader.countBy(answerTable, { handledAt: IsNull() });
}

/** Notes that somebody dealt with an answer. Throws `conflict` when it was dealt with already. */
export async function handleAnswer(
  { database, clock }: { database: Database; clock: Clock },
  { id, by }: { id: string; by: string },
): Promise<void> {
  const handled = { handledAt: clock.now(), handledBy: by };
  const { affected } = await database.write((transaction) =>
    transaction.update(answerTable, { id, handledAt: IsNull() }, handled),
  );
  if (!affected) throw new AppError('conflict', 'Somebody has dealt with this answer already.');
}
