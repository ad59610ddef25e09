/** Step on a timer: the pump. Lets due letters of each target go at its pace, by mail or to the waiting names. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Target } from '../campaigns/campaign.ts';
import type { Clock, Instant } from '../clock.ts';
import { letterTable, moveLetters } from '../letters/letter-table.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { updateRows } from '../storage/write-rows.ts';
import { holdChannel, slowedPace, writeChannel, type Channel } from './channel-table.ts';
import { endedCampaigns, type Grace } from './end-campaigns.ts';
import { gateOf, readGates, sendAsProbe } from './gate.ts';
import { allowance } from './pace.ts';
import { remindedAt } from './reminder.ts';
import { towards } from './site-table.ts';

interface Needs {
  database: Database;
  clock: Clock;
  queue: Queue;
  book: CampaignBook;
  pacePerHour: number | undefined;
  /** Milliseconds a claim holds. */
  lease: number;
  grace?: Grace;
}

/** Letters in one job: one claim, one record. */
const lettersPerJob = 100;
/** Letters moved to the waiting names, or back, in one transaction. */
const bulk = 1_000;
/** Real letters a shut channel is tried with. */
export const probeLetters = 2;

/** Letters released at a time, unless so many jobs wait for a mailer: the backlog waits in its rows, not in the queue. */
const mostReleased = 5_000;
const mostWaitingJobs = 500;

/** The target that comes first changes each time, so that one with many letters does not keep the others waiting. */
let round = 0;

/** Releases what may leave now, for every target, as long as the mailers follow. */
export async function releaseLetters(needs: Needs): Promise<void> {
  const { targets } = needs.book;
  let room = (await needs.queue.waiting('send-letters')) < mostWaitingJobs ? mostReleased : 0;
  const share = Math.max(bulk, Math.floor(room / Math.max(targets.length, 1)));
  round += 1;
  const { breakers } = await readGates(needs.database.read);
  const turns = targets.map((_target, turn) => targets[(round + turn) % targets.length]);
  // Where one letter tries for all, it is better one to a target that did not complain of us itself.
  const calmFirst = turns.toSorted((one, other) => complains(one) - complains(other));
  function complains(target: Target | undefined): number {
    return target && breakers.has(towards(target.id)) ? 1 : 0;
  }
  for (const target of calmFirst) {
    if (target) room -= await releaseTarget(needs, target, Math.min(room, share));
  }
}

/** Releases at most `most` letters of one target; gives how many. */
async function releaseTarget(needs: Needs, target: Target, most: number): Promise<number> {
  const now = needs.clock.now();
  const released = await needs.database.write(async (transaction) => {
    const channel = await holdChannel(transaction, target.id);
    if (channel.mode === 'hand') {
      await toHand(transaction, target, now);
      return undefined;
    }
    const ended = endedCampaigns(needs.book, now, needs.grace);
    if (channel.mode !== 'probing') await backToMail(transaction, channel, [...ended], now);
    const gate = gateOf(await readGates(transaction), target.id, now);
    if (gate === 'shut' || most === 0) return undefined;
    return takeDue(needs, transaction, target, channel, { now, most, isProbe: gate === 'one' });
  });
  if (!released) return 0;
  for (let start = 0; start < released.length; start += lettersPerJob) {
    const letterIds = released.slice(start, start + lettersPerJob);
    await needs.queue.ask('send-letters', { letterIds, due: remindedAt(needs.lease, now) });
  }
  return released.length;
}

async function takeDue(
  needs: Needs,
  transaction: Transaction,
  target: Target,
  channel: Channel,
  { now, most, isProbe }: { now: Instant; most: number; isProbe: boolean },
): Promise<string[]> {
  const perHour = needs.pacePerHour ?? target.pace.perHour;
  const pace = { ...target.pace, perHour: channel.mode === 'mail' ? perHour : slowedPace(perHour) };
  const allowed = allowance(pace, now, channel.nextReleaseAt, target.timeZone);
  const probesLeft =
    channel.mode === 'probing' ? probeLetters - (await probesUnderWay(transaction, channel)) : Infinity;
  const take = Math.min(allowed.letters, probesLeft, most, isProbe ? 1 : Infinity);
  if (take <= 0) return [];
  const due = await transaction
    .createQueryBuilder(letterTable, 'letter')
    .select('letter.id', 'id')
    .where('letter.target = :target and letter.state = :state and letter.dueAt <= :now', {
      target: target.id,
      state: 'queued',
      now,
    })
    .orderBy('letter.dueAt')
    .limit(take)
    .getRawMany<{ id: string }>();
  if (due.length === 0) return [];
  const ids = due.map((row) => row.id);
  const [first = ''] = ids;
  const asProbe = { id: first, target: target.id };
  if (isProbe && !(await sendAsProbe(transaction, asProbe, needs.lease, now))) return [];
  // Not a move: the letter stays queued, and is due again when this reminder got lost. A letter that was claimed
  // meanwhile has a wait of its own, which must stay.
  const set = { dueAt: remindedAt(needs.lease, now) };
  await updateRows(transaction, letterTable, ids, { set, where: { state: 'queued' } });
  await writeChannel(transaction, { ...channel, nextReleaseAt: allowed.after(ids.length) });
  return ids;
}

/** Letters that were let go since probing began: reminded or already claimed. */
async function probesUnderWay(transaction: Transaction, channel: Channel): Promise<number> {
  return transaction
    .createQueryBuilder(letterTable, 'letter')
    .where('letter.target = :target and letter.state in (:...states) and letter.stateSince >= :since', {
      target: channel.target,
      states: ['sending', 'in_doubt', 'accepted'],
      since: channel.since,
    })
    .getCount();
}

/** While the channel is shut, letters that were due by mail wait for the petition. */
async function toHand(transaction: Transaction, target: Target, now: Instant): Promise<void> {
  const waiting = await idsIn(transaction, target.id, 'queued');
  await moveLetters(
    transaction,
    waiting.map((id) => ({ id, from: 'queued', to: 'for_hand', reason: 'mail is shut for this target' })),
    now,
  );
}

/**
 * After the channel reopened, names that are not on a sealed petition go by mail after all; except letters in
 * doubt twice, which may have arrived and are not tried a third time, and those of campaigns that have ended.
 */
async function backToMail(
  transaction: Transaction,
  channel: Channel,
  ended: readonly string[],
  now: Instant,
): Promise<void> {
  if (channel.failedProbes === 0 && channel.probeAt === null) return;
  const waiting = await idsIn(transaction, channel.target, 'for_hand', { before: channel.since, ended });
  if (waiting.length === 0) return writeChannel(transaction, { ...channel, failedProbes: 0, probeAt: null });
  await moveLetters(
    transaction,
    waiting.map((id) => ({ id, from: 'for_hand', to: 'queued', reason: 'mail is open again', patch: { dueAt: now } })),
    now,
  );
}

async function idsIn(
  transaction: Transaction,
  target: string,
  state: string,
  {
    before = Number.MAX_SAFE_INTEGER,
    ended = [],
  }: { before?: Instant; /** Campaigns that are left alone. */ ended?: readonly string[] } = {},
): Promise<string[]> {
  const rows = await transaction
    .createQueryBuilder(letterTable, 'letter')
    .select('letter.id', 'id')
    .where('letter.target = :target and letter.state = :state and letter.stateSince < :before and letter.doubts < 2', {
      target,
      state,
      before,
    })
    .andWhere(ended.length === 0 ? '1 = 1' : 'letter.campaign not in (:...ended)', { ended })
    .limit(bulk)
    .getRawMany<{ id: string }>();
  return rows.map((row) => row.id);
}
