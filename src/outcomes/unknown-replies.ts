/** Replies that no rule knew when they came, gathered for review: counted, without names, the most frequent first. */
import { createHash } from 'node:crypto';
import { stopwatch, type Instant } from '../clock.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { classifyReply } from './classify-reply.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';
import { judgementsOf, newestJudgement } from './reply-judgement-table.ts';
import { signersOf, withoutNames } from './without-names.ts';

export interface UnknownReply {
  /** Hash of the words: what a judgement is bound to. */
  key: string;
  /** The words without names, addresses and ids. */
  words: string;
  count: number;
  targets: number;
  /** Signer domains are counted, never named. */
  signerDomains: number;
  first: Instant;
  last: Instant;
  /** The newest of them. */
  example: Pick<OutcomeRow, 'id' | 'stage' | 'code' | 'enhanced'>;
}

export interface UnknownReplies {
  replies: UnknownReply[];
  /** Outcomes that were looked at. */
  lookedAt: number;
  /** Those that a rule knows by now: whoever reviewed them added it. */
  learnt: number;
}

/** Older ones speak of servers that may be gone; the rows and the metrics still count them. */
export const mostLookedAt = 5_000;

/** Groups the newest unknown outcomes of these targets, or of all, by their words, the most frequent first. */
export async function unknownReplies(
  { read }: Pick<Database, 'read'>,
  targets?: ReadonlySet<string>,
  most = 200,
): Promise<UnknownReplies> {
  const newest = await read.find(outcomeTable, {
    where: { class: 'unknown' },
    order: { at: 'DESC' },
    take: mostLookedAt,
  });
  // Of erased signers no words are left.
  const rows = newest.filter((row) => (targets?.has(row.target) ?? true) && row.signerDomain !== '');
  const still = rows.filter((row) => !isLearnt(row));
  const names = await signersOf(read, still);
  const groups = Map.groupBy(still, (row) => withoutNames(row.text, names.get(row.letterId)));
  const replies = [...groups].map(([words, alike]) => describe(words, alike));
  return {
    replies: replies.toSorted((one, other) => other.count - one.count || other.last - one.last).slice(0, most),
    lookedAt: rows.length,
    learnt: rows.length - still.length,
  };
}

/** Who stood in From decides only whose failure a reply is, never whether it is known. */
function isLearnt({ stage, code, enhanced, text }: OutcomeRow): boolean {
  const evidence = { stage, code: code ?? undefined, enhanced: enhanced ?? undefined, text };
  return classifyReply(evidence, { identity: 'reply-to', senderDomain: '' }).class !== 'unknown';
}

function describe(words: string, alike: readonly OutcomeRow[]): UnknownReply {
  const times = alike.map(({ at }) => at);
  const newest = alike.reduce((one, other) => (other.at > one.at ? other : one));
  const { id, stage, code, enhanced } = newest;
  return {
    key: createHash('sha256').update(words).digest('base64url'),
    words,
    count: alike.length,
    targets: new Set(alike.map(({ target }) => target)).size,
    signerDomains: new Set(alike.map(({ signerDomain }) => signerDomain)).size,
    first: Math.min(...times),
    last: newest.at,
    example: { id, stage, code, enhanced },
  };
}

/** Enough for pages, and for a number that a person would count down. */
const mostGroups = 1_000;
/** Seconds for which a list is used again while nothing was added: an erased signer's reply may stand in it so long. */
const kept = 60;

interface Gathered {
  /** What stood in the rows when it was made. */
  mark: string;
  age: () => number;
  replies: readonly UnknownReply[];
}
/** The last list of each database. */
const gathered = new WeakMap<object, Gathered>();

/** The replies that wait for somebody's judgement, the most frequent first. */
export async function unjudgedReplies(reader: Transaction): Promise<readonly UnknownReply[]> {
  const [said] = await reader.query<{ n: number | string; newest: number | string | null }[]>(
    "select count(*) as n, max(at) as newest from outcome where class = 'unknown'",
  );
  const mark = [said?.n, said?.newest, await newestJudgement(reader)].join(' ');
  const known = gathered.get(reader.dataSource);
  if (known?.mark === mark && known.age() < kept) return known.replies;
  const { replies } = await unknownReplies({ read: reader }, undefined, mostGroups);
  const judged = await judgementsOf(
    reader,
    replies.map(({ key }) => key),
  );
  const waiting = replies.filter(({ key }) => !judged.has(key));
  gathered.set(reader.dataSource, { mark, age: stopwatch(), replies: waiting });
  return waiting;
}

/** How many replies wait for a judgement: the ends of two indexes, unless something was added since the last time. */
export async function countUnjudged(reader: Transaction): Promise<number> {
  return (await unjudgedReplies(reader)).length;
}
