/** Replies that no rule knew when they came, gathered for review: counted, without names, newest first. */
import type { Instant } from '../clock.ts';
import { signatureTable } from '../intake/signature-table.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Database } from '../storage/database.ts';
import { readRows } from '../storage/read-rows.ts';
import { classifyReply } from './classify-reply.ts';
import { normaliseReply } from './normalise-reply.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';

export interface UnknownReply {
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
const mostLookedAt = 5_000;

/** Groups the newest unknown outcomes of these targets by their words, the most frequent first. */
export async function unknownReplies(
  database: Database,
  targets: ReadonlySet<string>,
  most = 200,
): Promise<UnknownReplies> {
  const newest = await database.read.find(outcomeTable, {
    where: { class: 'unknown' },
    order: { at: 'DESC' },
    take: mostLookedAt,
  });
  const rows = newest.filter((row) => targets.has(row.target));
  const still = rows.filter((row) => !isLearnt(row));
  const names = await signersOf(database, still);
  const groups = Map.groupBy(still, (row) => withoutNames(row.text, names.get(row.letterId) ?? ''));
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
    words,
    count: alike.length,
    targets: new Set(alike.map(({ target }) => target)).size,
    // Those of erased signers are blank.
    signerDomains: new Set(alike.map(({ signerDomain }) => signerDomain).filter((domain) => domain !== '')).size,
    first: Math.min(...times),
    last: newest.at,
    example: { id, stage, code, enhanced },
  };
}

/** Shorter names are words as well, and would make holes in a reply. */
const shortestName = 4;

/** A server may repeat the name or the address it was written from: neither is shown, and neither makes a new group. */
function withoutNames(text: string, signer: string): string {
  const { words } = normaliseReply(text.replaceAll(/<?[^\s<>]{0,320}@[^\s<>]{0,255}>?/g, 'address'));
  const name = signer.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  return (name.length < shortestName ? words : words.replaceAll(name, 'name')).slice(0, 300);
}

async function signersOf(database: Database, rows: readonly OutcomeRow[]): Promise<Map<string, string>> {
  const letters = await readRows(database.read, letterTable, [...new Set(rows.map(({ letterId }) => letterId))]);
  const signatures = await readRows(
    database.read,
    signatureTable,
    letters.map(({ signatureId }) => signatureId),
  );
  const names = new Map(signatures.map(({ id, name }) => [id, name ?? '']));
  return new Map(letters.map(({ id, signatureId }) => [id, names.get(signatureId) ?? '']));
}
