/** Step: after something was heard, a target's channel is looked at again and switched with its evidence. */
import { LessThan } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Clock, Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Log } from '../log.ts';
import {
  channelSwitchTable,
  holdChannel,
  writeChannel,
  type Channel,
  type ChannelSwitch,
} from '../outbox/channel-table.ts';
import { probeLetters } from '../outbox/release-letters.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import type { NewEvent } from '../webhooks/webhook-event-table.ts';
import { decideChannel } from './decide-channel.ts';
import { channelAfter, onlyByStaff, type Decision } from './decision.ts';
import { hearTarget } from './hear-target.ts';
import { restUntil } from './rest-target.ts';
import { signersOf, withoutNames } from './without-names.ts';

export interface ReviewNeeds {
  database: Database;
  clock: Clock;
  log: Log;
  book: CampaignBook;
  probeAfter: number;
  /** Replaces the pace of every target, in rehearsals. */
  pacePerHour: number | undefined;
  switched(change: Pick<ChannelSwitch, 'from' | 'to'>): void;
}

/** Reviews one target; gives the switch that was made, if any. */
export async function reviewChannel(needs: ReviewNeeds, target: string): Promise<ChannelSwitch | undefined> {
  return switchBy(needs, target, async (transaction, channel, now) => {
    const heard = await hearTarget(transaction, channel, now);
    const decision = decideChannel(channel, heard, now);
    const sends = channel.mode === 'mail' || channel.mode === 'slowed';
    const rest = sends ? restUntil(heard, paceOf(needs, target), now) : 0;
    if (!decision && rest > channel.nextReleaseAt) await writeChannel(transaction, { ...channel, nextReleaseAt: rest });
    return decision && { ...decision, by: 'rule', rest };
  });
}

function paceOf({ book, pacePerHour }: ReviewNeeds, target: string): number {
  return pacePerHour ?? book.target(target)?.pace.perHour ?? 1;
}

/** On a timer: targets whose probe is due, and reviews that got lost. */
export async function reviewAllChannels(needs: ReviewNeeds): Promise<void> {
  for (const target of needs.book.targets) await reviewChannel(needs, target.id);
}

/** A person decides. Throws `not-found` for an unknown target, `conflict` when the channel is so already. */
export async function overrideChannel(
  needs: ReviewNeeds,
  target: string,
  wanted: { to: 'mail' | 'slowed' | 'hand'; reason: string; by: string },
): Promise<ChannelSwitch> {
  if (!needs.book.target(target)) throw new AppError('not-found', 'There is no such target.');
  const change = await switchBy(needs, target, (_transaction, channel) =>
    Promise.resolve(
      // A rule's shut channel may become staff's own: from then on no probe reopens it.
      channel.mode === wanted.to && (wanted.to !== 'hand' || channel.probeAt === onlyByStaff)
        ? undefined
        : {
            to: wanted.to,
            rule: 'override',
            reason: wanted.reason,
            confidence: 1,
            evidence: [],
            accepted: 0,
            by: wanted.by,
          },
    ),
  );
  if (!change) throw new AppError('conflict', `The channel of this target is ${wanted.to} already.`);
  return change;
}

type Choose = (
  transaction: Transaction,
  channel: Channel,
  now: Instant,
) => Promise<(Decision & { by: string; rest?: Instant }) | undefined>;

async function switchBy(needs: ReviewNeeds, target: string, choose: Choose): Promise<ChannelSwitch | undefined> {
  const now = needs.clock.now();
  const change = await needs.database.write(async (transaction) => {
    const channel = await holdChannel(transaction, target);
    const decision = await choose(transaction, channel, now);
    if (!decision) return undefined;
    if (decision.to === 'probing' && !(await sendProbes(transaction, target, now))) return undefined;
    const row = await toSwitch(needs, transaction, channel, decision);
    await insertRows(transaction, channelSwitchTable, [row]);
    await noteEvent(transaction, needs.clock, switchEvent(row));
    const { rest = 0 } = decision;
    const next = channelAfter(channel, decision, needs.probeAfter, now);
    await writeChannel(transaction, { ...next, nextReleaseAt: Math.max(next.nextReleaseAt, rest) });
    return row;
  });
  if (change) {
    needs.log.warn(
      { target, was: change.from, now: change.to, rule: change.rule, by: change.by === 'rule' ? 'rule' : 'staff' },
      'a channel was switched',
    );
    needs.switched(change);
  }
  return change;
}

/** What a webhook tells of a switch: not the reason, in which staff may have written anything. */
function switchEvent({ id, target, from, to, rule, by }: ChannelSwitch): NewEvent {
  const type = 'channel.switched';
  return {
    type,
    fact: `${type}:${id}`,
    data: { switch: id, target, from, to, rule, by: by === 'rule' ? 'rule' : 'staff' },
  };
}

/** Outcomes kept with a switch; all are counted. */
const mostKept = 50;

/** A switch with its evidence. Of a server's words no name is kept: they are shown longer than a person is known. */
async function toSwitch(
  { clock }: ReviewNeeds,
  transaction: Transaction,
  channel: Channel,
  decision: Decision & { by: string },
): Promise<ChannelSwitch> {
  const { evidence, to, by, rule, reason, confidence, accepted } = decision;
  const kept = evidence.slice(0, mostKept);
  const names = await signersOf(transaction, kept);
  return {
    id: newId(clock),
    target: channel.target,
    from: channel.mode,
    to,
    at: clock.now(),
    by,
    rule,
    reason,
    confidence,
    evidence: {
      letters: new Set(evidence.map((outcome) => outcome.letterId)).size,
      signerDomains: new Set(evidence.map((outcome) => outcome.signerDomain)).size,
      accepted,
      outcomes: kept.map(
        ({ id, at, stage, code, enhanced, class: what, attribution, rule: known, text, letterId }) => ({
          id,
          at,
          stage,
          code,
          enhanced,
          class: what,
          attribution,
          rule: known,
          text: withoutNames(text, names.get(letterId)),
        }),
      ),
    },
  };
}

/** Names that wait for paper try the mailbox again; without one there is nothing to try with. */
async function sendProbes(transaction: Transaction, target: string, now: Instant): Promise<boolean> {
  const waiting = await transaction.find(letterTable, {
    where: { target, state: 'for_hand', doubts: LessThan(2) },
    order: { dueAt: 'ASC' },
    take: probeLetters,
  });
  if (waiting.length === 0) return false;
  await moveLetters(
    transaction,
    waiting.map((letter) => ({
      id: letter.id,
      from: 'for_hand',
      to: 'queued',
      reason: 'tries a shut mailbox again',
      patch: { dueAt: now },
    })),
    now,
  );
  return true;
}

/** The switches of a target, newest first, from before an id on. */
export async function channelHistory(
  { read }: Pick<Database, 'read'>,
  target: string,
  most = 50,
  before?: string,
): Promise<ChannelSwitch[]> {
  const where = { target, ...(before === undefined ? {} : { id: LessThan(before) }) };
  return read.find(channelSwitchTable, { where, order: { at: 'DESC', id: 'DESC' }, take: most });
}
