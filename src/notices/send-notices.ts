/** Step: released mails to signers are claimed, written, signed and handed to the relay, each at most once. */
import { In, IsNull } from 'typeorm';
import type { Clock, Instant } from '../clock.ts';
import { asError } from '../errors.ts';
import type { Log } from '../log.ts';
import { reach } from '../points.ts';
import { backoff } from '../outbox/backoff.ts';
import { readGates } from '../outbox/gate.ts';
import type { RelayPool } from '../outbox/relay-pool.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { readRows } from '../storage/read-rows.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { noticeTable, type Notice, type NoticeEnd, type NoticeKind } from './notice-table.ts';
import { noticesMayLeave } from './release-notices.ts';
import type { NoticeWriter } from './write-notice.ts';
import { whyNot } from './why-not.ts';
import type { KeyRing } from '../key-ring.ts';

export interface SendNoticesNeeds {
  database: Database;
  clock: Clock;
  keys: KeyRing;
  log: Log;
  pool: RelayPool;
  /** Milliseconds within which a try must have ended. */
  lease: number;
  random: () => number;
  /** Writes and signs the mail of a notice that was claimed. */
  writer: NoticeWriter;
  counted(kind: NoticeKind, end: NoticeEnd): void;
}

/** `again`: passing trouble. `put-back`: nothing was said, so it is due as before. */
type Said = NoticeEnd | 'again' | 'put-back';

interface Claimed {
  notice: Notice;
  address: string;
}

/** Conversations at a time: letters wait for the same connections. Also what a crash at most leaves in doubt. */
export const sideBySide = 2;
/** About two days of passing trouble. */
const mostTries = 16;

/** Sends those of the notices that still wait. Stops when trouble of ours began: the rest is due again by itself. */
export async function sendNotices(
  needs: SendNoticesNeeds,
  { noticeIds, due }: { noticeIds: readonly string[]; due: Instant },
): Promise<void> {
  const waiting = await readRows(needs.database.read, noticeTable, noticeIds);
  // The layout engine takes a while to load: not out of the lease. What it cannot do is told when it is written.
  await Promise.allSettled(waiting.filter(({ endedAt }) => endedAt === null).map(needs.writer.prepare));
  for (const ids of piecesOf(noticeIds, sideBySide)) {
    if (!noticesMayLeave(await readGates(needs.database.read))) return;
    const claimed = await claim(needs, ids, due);
    if (claimed.length === 0) continue;
    reach('notice-begun');
    const said = await Promise.all(claimed.map((each) => deliver(needs, each)));
    reach('notice-sent');
    await needs.database.write(async (transaction) => {
      for (const [index, { notice }] of claimed.entries())
        await settle(needs, transaction, notice, said[index] ?? 'put-back');
    });
    for (const [index, { notice }] of claimed.entries()) {
      const end = said[index];
      if (end !== undefined && end !== 'again' && end !== 'put-back') needs.counted(notice.kind, end);
    }
  }
}

/** Commits the intent before anybody dials: what is found begun and not ended may have been sent, and is not sent again. */
async function claim(needs: SendNoticesNeeds, ids: readonly string[], due: Instant): Promise<Claimed[]> {
  const now = needs.clock.now();
  let ended: [NoticeKind, NoticeEnd][] = [];
  const claimed = await needs.database.write(async (transaction) => {
    ended = [];
    const found = await transaction.find(noticeTable, { where: { id: In([...ids]) }, ...locked(transaction) });
    const open = found.filter(({ endedAt }) => endedAt === null);
    // A reminder that waited long has a twin: what the first one began or put off is not due for the second.
    const begun = open.filter(({ startedAt }) => startedAt !== null && startedAt + needs.lease <= now);
    const fresh = open.filter(({ startedAt, dueAt }) => startedAt === null && dueAt <= Math.max(due, now));
    const looked = await whyNot(needs, transaction, fresh, now);
    const going: Claimed[] = [];
    for (const notice of begun) await end(notice, 'in_doubt');
    for (const notice of fresh) {
      const standing = looked.get(notice.id) ?? { end: 'erased' };
      if ('end' in standing) {
        await end(notice, standing.end);
        continue;
      }
      const change = { tries: notice.tries + 1, startedAt: now, dueAt: now + needs.lease };
      await transaction.update(noticeTable, { id: notice.id }, change);
      going.push({ notice: { ...notice, ...change }, address: standing.address });
    }
    return going;

    async function end(notice: Notice, why: NoticeEnd): Promise<void> {
      ended.push([notice.kind, why]);
      await settle(needs, transaction, notice, why);
    }
  });
  for (const [kind, why] of ended) needs.counted(kind, why);
  return claimed;
}

async function deliver(needs: SendNoticesNeeds, { notice, address }: Claimed): Promise<Said> {
  const latestStart = needs.clock.now() + needs.lease * 0.2;
  try {
    const mail = await needs.writer.write(notice, address, needs.clock.now());
    const limits = { mayStart: () => needs.clock.now() <= latestStart, within: needs.lease * 0.75 };
    const said = await needs.pool.send(mail, limits);
    if (said === 'not-started') return 'put-back';
    const { verdict, reply } = said.result;
    if (verdict === 'accepted' || verdict === 'in_doubt') return verdict;
    // Before RCPT the relay turns us away, and not this signer.
    if (verdict === 'refused' && ['rcpt', 'data', 'dot'].includes(reply.stage)) return verdict;
  } catch (thrown) {
    needs.log.error({ notice: notice.id, reason: asError(thrown).message }, 'a mail to a signer could not be written');
  }
  return notice.tries >= mostTries ? 'given-up' : 'again';
}

async function settle(
  { clock, random }: SendNoticesNeeds,
  transaction: Transaction,
  { id, tries }: Notice,
  said: Said,
): Promise<void> {
  const now = clock.now();
  const change: Partial<Notice> =
    said === 'put-back'
      ? { startedAt: null, dueAt: now, tries: tries - 1 }
      : said === 'again'
        ? { startedAt: null, dueAt: now + backoff(tries, undefined, random) }
        : { endedAt: now, verdict: said };
  await transaction.update(noticeTable, { id, endedAt: IsNull() }, change);
}
