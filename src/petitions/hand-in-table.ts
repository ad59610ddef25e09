/** Tries at handing a petition over, and how each ended. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, optional, primary, word } from '../storage/columns.ts';

export const handInOutcomes = ['accepted-in-meeting', 'accepted', 'refused', 'posted'] as const;
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
  },
});
