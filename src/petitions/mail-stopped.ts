/** Since when a target's server has turned letters away: the cover letter says it to the office, so it must be true. */
import { In } from 'typeorm';
import type { Instant } from '../clock.ts';
import { channelSwitchTable, readChannel } from '../outbox/channel-table.ts';
import type { Transaction } from '../storage/database.ts';

/**
 * When letters were found to be turned away, or null while mail flows. Null too where staff shut the channel:
 * the office may have asked for paper, and has then refused nothing.
 */
export async function mailStoppedAt(transaction: Transaction, target: string): Promise<Instant | null> {
  const { mode } = await readChannel(transaction, target);
  if (mode !== 'hand' && mode !== 'probing') return null;
  // Each probe that fails shuts the channel once more: what counts is when mail was given up.
  const [shut] = await transaction.find(channelSwitchTable, {
    select: { id: true, at: true, by: true },
    where: { target, to: 'hand', from: In(['mail', 'slowed']) },
    order: { at: 'DESC', id: 'DESC' },
    take: 1,
  });
  return shut?.by === 'rule' ? shut.at : null;
}
