/** Mails of ours to signers: one row each, written before anything is sent; whom we no longer write to; who was told. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, optional, primary, word } from '../storage/columns.ts';

/** In the order in which they leave: nobody's confirmation waits for a million others to be told of a hand-in. */
export const noticeKinds = ['confirm', 'thanks', 'handed-over'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/**
 * `in_doubt` may have arrived; `given-up`: the relay would not take it for days. After `accepted` one may still come
 * back (`bounced`) or be complained of. The others were never sent.
 */
export type NoticeEnd =
  | 'accepted'
  | 'refused'
  | 'in_doubt'
  | 'given-up'
  | 'bounced'
  | 'complaint'
  | 'erased'
  | 'not-needed'
  | 'stopped'
  | 'too-many';

export interface Notice {
  id: string;
  signatureId: string;
  kind: NoticeKind;
  /** The petition it speaks of, or empty: one notice per signature, kind and petition. */
  about: string;
  campaign: string;
  language: string;
  /** Keyed hash of the address, to limit the mails to one mailbox; empty once the signer is erased. */
  addressKey: string;
  createdAt: Instant;
  /** When it may be tried, or when a try that is under way must have ended. */
  dueAt: Instant;
  /** How often it was asked for: once, and each time the signer wants it again. */
  asked: number;
  tries: number;
  /** Set while a try is under way: found later without an end, it may have been sent. */
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** How it ended: a verdict of the relay, a report, or why it was never sent. */
  verdict: NoticeEnd | null;
}

export const noticeTable = new EntitySchema<Notice>({
  name: 'notice',
  columns: {
    id: primary(id),
    signatureId: id,
    kind: word(12),
    about: id,
    campaign: word(80),
    language: word(20),
    addressKey: word(43),
    createdAt: instant,
    dueAt: instant,
    asked: count,
    tries: count,
    startedAt: optional(instant),
    endedAt: optional(instant),
    verdict: optional(word(12)),
  },
});

/** No mail until then: to a mailbox (`id` is its keyed hash), or no news about one signature (`id` is the signature). */
export interface NoticeStop {
  id: string;
  until: Instant;
  reason: 'bounced' | 'complaint' | 'unsubscribed';
}

export const noticeStopTable = new EntitySchema<NoticeStop>({
  name: 'notice_stop',
  columns: { id: primary(word(43)), until: instant, reason: word(12) },
});

/** How far the signers on a petition were told that it was handed over. */
export interface NoticeRound {
  petitionId: string;
  /** The first number on the petition whose signer was not looked at yet. */
  next: number;
  endedAt: Instant | null;
}

export const noticeRoundTable = new EntitySchema<NoticeRound>({
  name: 'notice_round',
  columns: { petitionId: primary(id), next: count, endedAt: optional(instant) },
});
