/** What a schedule has done: the latest occasion of each kind, for each target of each campaign. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { writeRowsOver } from '../storage/write-rows.ts';

export interface CompileOccasion {
  campaign: string;
  target: string;
  /** `clock`: a day of the calendar; `end`: the end of the campaign. */
  kind: 'clock' | 'end';
  /** The local date of the latest one that is over. */
  latest: string;
  at: Instant;
  /** What was begun then; null when no name waited. */
  petitionId: string | null;
}

export const compileOccasionTable = new EntitySchema<CompileOccasion>({
  name: 'compile_occasion',
  columns: {
    campaign: primary(word(80)),
    target: primary(word(80)),
    kind: primary(word(10)),
    latest: word(40),
    at: instant,
    petitionId: optional(id),
  },
});

/** The latest occasion of a kind; locked, so that no other process takes the same one. */
export async function holdOccasion(
  transaction: Transaction,
  key: Pick<CompileOccasion, 'campaign' | 'target' | 'kind'>,
): Promise<CompileOccasion | null> {
  const { campaign, target, kind } = key;
  return transaction.findOne(compileOccasionTable, { where: { campaign, target, kind }, ...locked(transaction) });
}

export async function writeOccasion(transaction: Transaction, occasion: CompileOccasion): Promise<void> {
  await writeRowsOver(transaction, compileOccasionTable, [occasion], ['latest', 'at', 'petitionId']);
}
