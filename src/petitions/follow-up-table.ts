/** What went on about a petition between the tries: staff asked the office, or the office answered. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { readRowsBy } from '../storage/read-rows.ts';

export const followUps = ['asked', 'answered'] as const;

export interface FollowUp {
  id: string;
  petitionId: string;
  at: Instant;
  what: (typeof followUps)[number];
  /** The office's own reference number, when it comes after the hand-in. */
  reference: string | null;
  note: string | null;
  recordedAt: Instant;
  recordedBy: string;
}

export const followUpTable = new EntitySchema<FollowUp>({
  name: 'follow_up',
  columns: {
    id: primary(id),
    petitionId: id,
    at: instant,
    what: word(10),
    reference: optional(word(200)),
    note: optional(word(2000)),
    recordedAt: instant,
    recordedBy: word(80),
  },
});

/** All follow-ups of these petitions, in the order in which they happened. */
export async function readFollowUps(reader: Transaction, petitionIds: readonly string[]): Promise<FollowUp[]> {
  const rows = await readRowsBy(reader, followUpTable, 'petitionId', petitionIds);
  return rows.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}
