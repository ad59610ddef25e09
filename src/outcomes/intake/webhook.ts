/** What the webhooks of all relays have in common: a request that proves itself, and events in our own form. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { day, minute, type Instant } from '../../clock.ts';
import { parseQuotedReply } from '../../outbox/smtp-reply.ts';
import type { Evidence } from '../outcome.ts';
import type { Report, ReportedRecipient } from '../read-report.ts';
import type { RelayName } from '../returned-mail-table.ts';

export interface WebhookRequest {
  header(name: string): string | undefined;
  /** The bytes as they came: a signature is over these and no others. */
  body: Buffer;
  now: Instant;
}

/** One event about one mail, as the relay wrote it. */
export interface RelayEvent {
  /** What makes it the same event when it is sent again. */
  id: string;
  raw: Buffer;
  /** What may name our letter: envelope senders, and Message-IDs. */
  returnPaths: readonly string[];
  messageIds: readonly string[];
}

/** A request that proved itself. */
export interface Proven {
  events: readonly RelayEvent[];
  /** The part of the proof that must not come again with another body, and for how long it would be believed. */
  once?: { token: string; keep: number };
}

export interface Webhook {
  name: RelayName;
  /** Verifies and takes apart. Nothing of the body is believed, or looked into, before it is proven. */
  open(request: WebhookRequest): Promise<Proven | 'unverified' | 'stale'>;
}

/** Two texts compared in a time that tells nothing about either. */
export function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

/** Clocks differ by so much. */
const skew = 5 * minute;

/** Whether a signed time is of today, as far as its relay still tries to send it. */
export function isFresh(at: Instant, now: Instant, within: number): boolean {
  return Number.isFinite(at) && at <= now + skew && at > now - within;
}

/** SendGrid tries for a day, and nobody promises that a second try has a new time. */
export const aDayAndMore = day + 60 * minute;

/** The body as JSON, or undefined. */
export function jsonOf(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** The words of a server as a relay repeats them, with codes of its own beside them. */
export function evidenceOf(
  said: string | undefined,
  codes: { code?: unknown; status?: string | undefined } = {},
): Evidence {
  const reply = parseQuotedReply((said ?? '').replace(/^\s{0,8}(?:smtp|x-[a-z-]{1,20})\s?;\s?/i, ''), 'dot');
  const code = Number(codes.code);
  const enhanced = /^[245]\.\d{1,3}\.\d{1,3}$/.exec(codes.status?.trim() ?? '')?.[0];
  return {
    stage: 'async',
    // Relays count on above 599 for reasons of their own.
    code: reply.code ?? (Number.isInteger(code) && code >= 400 && code < 600 ? code : undefined),
    enhanced: reply.enhanced ?? (enhanced?.endsWith('.0.0') && reply.code !== undefined ? undefined : enhanced),
    text: reply.text,
  };
}

/**
 * A relay that would not even try, because it remembers an earlier bounce or complaint. Nobody asked the target: the
 * relay's codes would blame it, so only words go on, in which the rules see trouble of ours.
 */
export function notTried(why: string): Evidence {
  return {
    stage: 'async',
    code: undefined,
    enhanced: undefined,
    text: `the relay did not try to send; its suppression list or a rule of its own: ${why}`.slice(0, 300),
  };
}

interface Said {
  address?: string | undefined;
  evidence?: Evidence;
  remoteMta?: string | undefined;
  messageId?: string | undefined;
}

/**
 * The one form of all reports. `relayed` says that the target's server took the letter, which may still come back: it
 * ends a doubt and begins the wait anew, and is not called delivered.
 */
export function relayReport(
  what: 'failed' | 'delayed' | 'relayed' | 'complaint' | 'unreadable',
  said: Said = {},
): Report {
  const { address, evidence = evidenceOf(''), remoteMta, messageId } = said;
  const action = what === 'complaint' || what === 'unreadable' ? undefined : what;
  const recipient: ReportedRecipient = { address, action, status: evidence.enhanced, evidence, remoteMta };
  return {
    kind: what === 'relayed' ? 'delayed' : what,
    form: what === 'unreadable' ? 'none' : 'status-fields',
    recipients: what === 'unreadable' ? [] : [recipient],
    returnedMessageId: messageId?.replace(/^<|>$/g, ''),
    envelopeId: undefined,
  };
}
