/** The weed list: waiting names that staff found not fit to print, and the history of who said so and who took it back. */
import { EntitySchema, In } from 'typeorm';
import type { Instant } from '../clock.ts';
import { id, instant, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { piecesOf } from '../storage/statement-parts.ts';

/** A name that is kept from the next petition. Its letter goes on waiting, and is not lost. */
export interface WithheldName {
  letterId: string;
  campaign: string;
  target: string;
  since: Instant;
  /** Name of the key that asked for it. */
  by: string;
  reason: string;
}

export const weedEvents = ['withheld', 'put-back'] as const;

export interface WeedEvent {
  id: string;
  letterId: string;
  at: Instant;
  what: (typeof weedEvents)[number];
  by: string;
  /** Empty once the signer was erased: staff may have written the name. */
  reason: string;
}

export const withheldTable = new EntitySchema<WithheldName>({
  name: 'withheld',
  columns: {
    letterId: primary(id),
    campaign: word(80),
    target: word(80),
    since: instant,
    by: { ...word(80), name: 'withheld_by' },
    reason: word(400),
  },
});

export const weedEventTable = new EntitySchema<WeedEvent>({
  name: 'weed_event',
  columns: {
    id: primary(id),
    letterId: id,
    at: instant,
    what: word(10),
    by: { ...word(80), name: 'told_by' },
    reason: word(400),
  },
});

/** Those of the letters whose names are withheld. For sealing: after the letters themselves are locked. */
export async function withheldAmong(transaction: Transaction, letterIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const piece of piecesOf(letterIds)) {
    const rows = await transaction.find(withheldTable, {
      select: { letterId: true },
      where: { letterId: In([...piece]) },
    });
    for (const { letterId } of rows) found.add(letterId);
  }
  return found;
}

/** Blanks what staff wrote about a name, as its signer is erased. */
export async function forgetWeeding(transaction: Transaction, letterId: string): Promise<void> {
  await transaction.update(withheldTable, { letterId }, { reason: '' });
  await transaction.update(weedEventTable, { letterId }, { reason: '' });
}
