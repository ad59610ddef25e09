/** Step: with the signature itself it is noted that its signer gets a mail: to confirm the address, or in thanks. */
import { isAskedOf } from '../campaigns/notice-rules.ts';
import { day, type Clock, type Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import { addressKeys } from '../intake/person-key.ts';
import type { SignedLetter } from '../intake/signature.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Transaction } from '../storage/database.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { insertRows } from '../storage/write-rows.ts';
import { noticeTable, type Notice, type NoticeKind } from './notice-table.ts';

/** Anybody may type any address: no mailbox gets more of a kind in a day than this, however often it is typed. */
export const mostPerDay = 5;

/** An instant that never comes. */
export const never = Number.MAX_SAFE_INTEGER;

/** Writes the notices of new signatures, in the transaction that stores them. */
export async function noteSigned(
  needs: { clock: Clock; keys: KeyRing },
  transaction: Transaction,
  signed: readonly SignedLetter[],
): Promise<void> {
  const now = needs.clock.now();
  const notices = signed.flatMap((each): Notice[] => {
    const { held, door, email } = each;
    const { thanks } = each.campaign.notices;
    if (!held && !isAskedOf(thanks, door)) return [];
    const [addressKey = ''] = addressKeys(needs.keys, email);
    const of = (kind: NoticeKind, dueAt: Instant): Notice =>
      newNotice(needs.clock, { ...each, campaign: each.campaign.slug, addressKey }, kind, { now, dueAt });
    if (!held) return [of('thanks', now)];
    // Who has to confirm is thanked after that.
    return [of('confirm', now), ...(isAskedOf(thanks, door) ? [of('thanks', never)] : [])];
  });
  if (notices.length === 0) return;
  const sent = await askedLately(transaction, new Set(notices.map(({ addressKey }) => addressKey)), now - day);
  for (const notice of notices) {
    const key = `${notice.kind} ${notice.addressKey}`;
    const asked = sent.get(key) ?? 0;
    sent.set(key, asked + 1);
    if (asked >= mostPerDay) Object.assign(notice, { endedAt: now, verdict: 'too-many' });
  }
  await insertRows(transaction, noticeTable, notices);
}

/** A notice that nobody tried to send yet. */
export function newNotice(
  clock: Clock,
  of: Pick<Notice, 'signatureId' | 'campaign' | 'language' | 'addressKey'>,
  kind: NoticeKind,
  { now, dueAt = now, about = '' }: { now: Instant; dueAt?: Instant; about?: string },
): Notice {
  const { signatureId, campaign, language, addressKey } = of;
  const whose = { signatureId, campaign, language, addressKey };
  const state = { createdAt: now, dueAt, asked: 1, tries: 0, startedAt: null, endedAt: null, verdict: null };
  return { id: newId(clock), ...whose, kind, about, ...state };
}

/** How many mails of each kind were asked for to each of these mailboxes since an instant, by `kind key`. */
export async function askedLately(
  transaction: Transaction,
  addresses: Iterable<string>,
  since: Instant,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const piece of piecesOf([...addresses])) {
    const rows = await transaction
      .createQueryBuilder(noticeTable, 'notice')
      .select('notice.addressKey', 'mailbox')
      .addSelect('notice.kind', 'kind')
      .addSelect('sum(notice.asked)', 'n')
      .where('notice.addressKey in (:...piece) and notice.createdAt > :since', { piece, since })
      .groupBy('notice.addressKey')
      .addGroupBy('notice.kind')
      .getRawMany<{ mailbox: string; kind: string; n: number | string }>();
    for (const { mailbox, kind, n } of rows) found.set(`${kind} ${mailbox}`, Number(n));
  }
  return found;
}
