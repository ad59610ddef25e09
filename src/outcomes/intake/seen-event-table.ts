/** What a relay has signed and sent already: a proof that was used for one body proves no other. */
import { EntitySchema, LessThan } from 'typeorm';
import { createHash } from 'node:crypto';
import type { Instant } from '../../clock.ts';
import { instant, primary, word } from '../../storage/columns.ts';
import type { Transaction } from '../../storage/database.ts';
import { locked } from '../../storage/locking.ts';
import { insertRows } from '../../storage/write-rows.ts';

interface SeenEvent {
  /** Hash of the relay's name and the token or id that its proof is over. */
  event: string;
  /** Hash of the body it came with first. */
  contents: string;
  seenAt: Instant;
}

export const seenEventTable = new EntitySchema<SeenEvent>({
  name: 'seen_event',
  columns: { event: primary(word(43)), contents: word(43), seenAt: instant },
});

const hashOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('base64url');
};

/**
 * Remembers a proof. A relay that missed our answer sends the same again, which is true; with another body it is
 * false. What is older than `keep` milliseconds would be refused for its age and is forgotten.
 */
export async function rememberEvent(
  transaction: Transaction,
  seen: { relay: string; token: string; body: Buffer; now: Instant; keep: number },
): Promise<boolean> {
  const { relay, token, body, now, keep } = seen;
  const row = { event: hashOf(relay, token), contents: hashOf(body), seenAt: now };
  const known = await transaction.findOne(seenEventTable, { where: { event: row.event }, ...locked(transaction) });
  if (known) return known.contents === row.contents;
  await transaction.delete(seenEventTable, { seenAt: LessThan(now - keep) });
  await insertRows(transaction, seenEventTable, [row]);
  return true;
}
