/** Reads what speaks about one target: its outcomes, and the letters that got through. */
import { In, MoreThanOrEqual } from 'typeorm';
import { day, type Instant } from '../clock.ts';
import { letterTable } from '../letters/letter-table.ts';
import { channelSwitchTable, type Channel } from '../outbox/channel-table.ts';
import type { Transaction } from '../storage/database.ts';
import { counts, type Heard, type HeardOutcome, type ThroughLetter } from './heard.ts';
import { probeLimits } from './judge-probe.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';

/** Older words no longer speak about today. A target of two letters a day still comes to an end with this. */
const memory = 7 * day;
const mostHeard = 200;

/** All that `decideChannel` may ask about this target. */
export async function hearTarget(transaction: Transaction, channel: Channel, now: Instant): Promise<Heard> {
  const openSince = await openedAt(transaction, channel.target);
  const since = now - memory;
  const rows: OutcomeRow[] = await transaction.find(outcomeTable, {
    where: { target: channel.target, at: MoreThanOrEqual(since) },
    order: { at: 'DESC' },
    take: mostHeard,
  });
  const outcomes = await withSentAt(transaction, rows);
  const speaking = outcomes.filter((outcome) => outcome.sentAt >= openSince && counts(outcome));
  // Nothing but good news while all is well: nothing can follow from it.
  if (channel.mode === 'mail' && speaking.length === 0 && !outcomes.some((outcome) => outcome.class === 'rate'))
    return { openSince, outcomes, through: [] };
  // A report may be about a letter that left long ago: what happened to its neighbours belongs to the story.
  const earliest = speaking.reduce((least, { sentAt }) => Math.min(least, sentAt), since);
  const through = await lettersThrough(transaction, channel.target, Math.max(openSince, earliest));
  return {
    openSince,
    outcomes,
    through,
    fullSince: await fullSince(transaction, channel, { openSince, outcomes, through }, now),
  };
}

/** When a rule or a person last opened this channel: what was heard of earlier letters is settled. */
async function openedAt(transaction: Transaction, target: string): Promise<Instant> {
  const row = await transaction
    .createQueryBuilder(channelSwitchTable, 'change')
    .select('change.at', 'at')
    .addSelect('change.by', 'decider')
    .where("change.target = :target and (change.by <> 'rule' or change.from in ('hand', 'probing'))", { target })
    .orderBy('change.at', 'DESC')
    .limit(1)
    .getRawOne<{ at: string | number; decider: string }>();
  if (!row) return 0;
  return Number(row.at) + (row.decider === 'rule' ? 0 : 1);
}

async function withSentAt(transaction: Transaction, rows: readonly OutcomeRow[]): Promise<HeardOutcome[]> {
  const reported = [...new Set(rows.filter(({ trust }) => trust !== 'session').map(({ letterId }) => letterId))];
  const letters =
    reported.length === 0
      ? []
      : await transaction.find(letterTable, { select: { id: true, acceptedAt: true }, where: { id: In(reported) } });
  const taken = new Map(letters.map(({ id, acceptedAt }) => [id, acceptedAt]));
  return rows.map((row) => ({ ...row, sentAt: Math.min(taken.get(row.letterId) ?? row.at, row.at) }));
}

/** The newest letters that are still where a server took them. */
async function lettersThrough(transaction: Transaction, target: string, since: Instant): Promise<ThroughLetter[]> {
  const rows = await transaction
    .createQueryBuilder(letterTable, 'letter')
    .select('letter.id', 'id')
    .addSelect('letter.signerDomain', 'domain')
    .addSelect('letter.acceptedAt', 'at')
    .where('letter.target = :target and letter.state in (:...states) and letter.acceptedAt >= :since', {
      target,
      states: ['accepted', 'delivered'],
      since,
    })
    .orderBy('letter.acceptedAt', 'DESC')
    .limit(mostHeard)
    .getRawMany<{ id: string; domain: string; at: string | number }>();
  return rows.map(({ id, domain, at }) => ({ letterId: id, signerDomain: domain, at: Number(at) }));
}

/** Since when every letter finds the mailbox full. A letter that left a moment ago may still come back. */
async function fullSince(
  transaction: Transaction,
  { target }: Channel,
  { openSince, outcomes, through }: Heard,
  now: Instant,
): Promise<Instant | undefined> {
  if (!outcomes.some(({ attribution }) => attribution === 'full')) return undefined;
  const newest = through.find(({ at }) => at <= now - probeLimits.quiet)?.at ?? 0;
  const first = await transaction.findOne(outcomeTable, {
    select: { id: true, at: true },
    where: { target, attribution: 'full', at: MoreThanOrEqual(Math.max(openSince, newest, now - memory)) },
    order: { at: 'ASC' },
  });
  return first?.at;
}
