/** What kept letters from leaving, and what let them go again: every pause and every breaker, with its evidence. */
import { EntitySchema } from 'typeorm';
import type { Clock, Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import { id, instant, json, primary, word } from '../storage/columns.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';

/** `paused` and `resumed` by staff; `opened` and `closed` by the breaker's rule. */
export const holdEvents = ['paused', 'resumed', 'opened', 'closed'] as const;

export interface HoldEvent {
  id: string;
  /** `smtp` for all sending, else what `towards` makes. */
  place: string;
  at: Instant;
  what: (typeof holdEvents)[number];
  /** `rule` or the name of the key that asked for it. */
  by: string;
  reason: string;
  evidence: HoldEvidence;
}

/** What opened a breaker. Targets are offices, not people. */
export interface HoldEvidence {
  /** The outcomes that were counted. */
  outcomes: readonly string[];
  /** Targets that spoke of trouble of ours, and how many others took letters meanwhile. */
  targets: readonly string[];
  well: number;
}

export const holdEventTable = new EntitySchema<HoldEvent>({
  name: 'hold_event',
  columns: {
    id: primary(id),
    place: word(90),
    at: instant,
    what: word(10),
    by: { ...word(80), name: 'told_by' },
    reason: word(400),
    evidence: json,
  },
});

export const noEvidence: HoldEvidence = { outcomes: [], targets: [], well: 0 };

/** Writes down what happened, in the transaction that makes it so. */
export async function tellHold(
  { clock }: { clock: Clock },
  transaction: Transaction,
  event: Omit<HoldEvent, 'id' | 'at'>,
): Promise<HoldEvent> {
  const row: HoldEvent = { id: newId(clock), at: clock.now(), ...event };
  await insertRows(transaction, holdEventTable, [row]);
  return row;
}

/** The newest events of a place, newest first. */
export async function holdHistory(database: Database, place: string, most = 50): Promise<HoldEvent[]> {
  return database.read.find(holdEventTable, { where: { place }, order: { at: 'DESC', id: 'DESC' }, take: most });
}
