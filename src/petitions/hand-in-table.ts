/** Tries at handing a petition over, and how each ended. A row is never deleted; one written by mistake is struck. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { readRowsBy } from '../storage/read-rows.ts';

export const handInOutcomes = ['accepted-in-meeting', 'accepted', 'refused', 'posted', 'lost'] as const;
export type HandInOutcome = (typeof handInOutcomes)[number];

export interface HandIn {
  id: string;
  petitionId: string;
  at: Instant;
  outcome: HandInOutcome;
  place: string;
  carrier: string | null;
  /** The office's own reference number. */
  reference: string | null;
  note: string | null;
  recordedAt: Instant;
  recordedBy: string;
  /** Set when it was recorded by mistake: from then on it counts for nothing. */
  struckAt: Instant | null;
  struckBy: string | null;
  strikeReason: string | null;
}

export const handInTable = new EntitySchema<HandIn>({
  name: 'hand_in',
  columns: {
    id: primary(id),
    petitionId: id,
    at: instant,
    outcome: word(20),
    place: word(200),
    carrier: optional(word(200)),
    reference: optional(word(200)),
    note: optional(word(2000)),
    recordedAt: instant,
    recordedBy: word(80),
    struckAt: optional(instant),
    struckBy: optional(word(80)),
    strikeReason: optional(word(400)),
  },
});

/** All tries of these petitions, in the order in which they were made. */
export async function readHandIns(reader: Transaction, petitionIds: readonly string[]): Promise<HandIn[]> {
  const rows = await readRowsBy(reader, handInTable, 'petitionId', petitionIds);
  return rows.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}
