/** Reports in free words: whom they are about, and what was said of each. */
import { parseQuotedReply, parseReply } from '../../outbox/smtp-reply.ts';
import type { ReportedRecipient } from '../delivery-status.ts';
import type { Headers } from './mime.ts';
import type { Notice } from './notice.ts';
import { address, bareName, notRecipient, places, surePlaces } from './recipient-places.ts';

const mostRecipients = 20;

/** Finds who is meant, and what is said of each. `own`: addresses that are ours, never the recipient's. */
export function readFreeForm(notice: Notice, headers: Headers, failed: boolean): ReportedRecipient[] {
  const { words } = notice;
  const found =
    namedIn(headers.get('x-failed-recipients')?.[0]) ??
    placedIn(words, headers, ownAddresses(headers, notice.returned));
  const addresses = found.length > 0 ? found : returnedTo(notice.returned);
  const spots = addresses.map((one) => ({ one, at: words.toLowerCase().indexOf(one.toLowerCase()) }));
  return spots.map(({ one, at }, index) => {
    const next = spots.slice(index + 1).find((spot) => spot.at > at)?.at;
    return recipientOf(one, at < 0 ? words : words.slice(lineStart(words, at), next), failed);
  });
}

function recipientOf(one: string | undefined, said: string, failed: boolean): ReportedRecipient {
  const evidence = quotedIn(said.replaceAll(longLink, ' '));
  return {
    address: one,
    action: failed ? 'failed' : 'delayed',
    status: undefined,
    evidence: {
      ...evidence,
      stage: 'async',
      enhanced: evidence.enhanced ?? (evidence.code === undefined ? (failed ? '5.0.0' : '4.0.0') : undefined),
    },
    remoteMta: undefined,
  };
}

/** Gateways that rewrite links make them longer than all the words. */
const longLink = /https?:\/\/[^\s\]>]{80,2000}/g;

/** A reply that is quoted after a colon, a quote or the arrows of a transcript. */
const quotedReply =
  /(?:^|[:>'"([;]\s{0,16}|\bsaid:?\s{1,3}|\breturned:?\s{1,3})([45]\d\d)(?=[ -](?:[45]\.\d|[a-z<'"#([:*-])|:|\s*$)/im;

function quotedIn(said: string): Omit<ReportedRecipient['evidence'], 'stage'> {
  const whole = parseQuotedReply(said, 'dot');
  if (whole.code !== undefined) return whole;
  const quoted = quotedReply.exec(said);
  if (quoted?.[1] === undefined) return whole;
  const { code, enhanced } = parseReply(said.slice(quoted.index + quoted[0].length - 3), 'dot');
  return { code, enhanced, text: whole.text };
}

function namedIn(header: string | undefined): string[] | undefined {
  if (header === undefined) return undefined;
  const all = [...header.slice(0, 2_000).matchAll(new RegExp(address, 'gi'))].flatMap(([, one]) => one ?? []);
  // Where an alias was followed, the words name what it led to; the header names whom we wrote to.
  return all.length > 0 ? unique(all) : undefined;
}

function bareIn(words: string, headers: Headers): string[] {
  const name = bareName.exec(words)?.[1];
  const at = new RegExp(address, 'i').exec(headers.get('from')?.[0] ?? '')?.[1]?.split('@')[1];
  return name === undefined || at === undefined ? [] : [`${name}@${at}`];
}

function placedIn(words: string, headers: Headers, own: ReadonlySet<string>): string[] {
  for (const place of surePlaces) {
    const all = unique(namesAt(place, words)).filter((one) => !notRecipient.test(one));
    if (all.length > 0) return all.slice(0, mostRecipients);
  }
  const bare = bareIn(words, headers);
  if (bare.length > 0) return bare;
  for (const place of places) {
    const others = unique(namesAt(place, words)).filter(
      (one) => !own.has(one.toLowerCase()) && !notRecipient.test(one),
    );
    if (others.length > 0) return others.slice(0, mostRecipients);
  }
  return [];
}

function namesAt(place: RegExp, words: string): string[] {
  return [...words.matchAll(place)].flatMap(([, one]) => one ?? []);
}

/** Who sent the letter, and who reports: neither is the recipient. */
function ownAddresses(headers: Headers, returned: Headers | undefined): Set<string> {
  const fields = [
    ...(headers.get('to') ?? []),
    ...(headers.get('from') ?? []),
    ...(headers.get('delivered-to') ?? []),
    ...(returned?.get('from') ?? []),
    ...(returned?.get('return-path') ?? []),
    ...(returned?.get('reply-to') ?? []),
  ];
  const to = new Set((returned?.get('to') ?? []).flatMap(addressesIn));
  return new Set(fields.flatMap(addressesIn).filter((one) => !to.has(one)));
}

function returnedTo(returned: Headers | undefined): string[] {
  return unique(
    ['x-failed-recipients', 'x-original-to', 'to', 'cc']
      .flatMap((name) => returned?.get(name) ?? [])
      .flatMap(addressesIn),
  ).slice(0, mostRecipients);
}

function addressesIn(field: string): string[] {
  return [...field.slice(0, 2_000).matchAll(new RegExp(address, 'gi'))].flatMap(([, one]) => one?.toLowerCase() ?? []);
}

function unique(all: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const one of all) {
    const clean = one.replace(/[.]+$/, '');
    if (!seen.has(clean.toLowerCase())) seen.set(clean.toLowerCase(), clean);
  }
  return [...seen.values()];
}

function lineStart(words: string, at: number): number {
  return words.lastIndexOf('\n', at) + 1;
}
