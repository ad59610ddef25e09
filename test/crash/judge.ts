/** After a run: lets everything come to its end, audits, and counts what became of every person who got a 202. */
import { setTimeout as pause } from 'node:timers/promises';
import { minute } from '../../src/clock.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { audit } from '../../src/ledger/audit.ts';
import type { LetterState } from '../../src/letters/letter-states.ts';
import { letterHistoryTable, letterTable } from '../../src/letters/letter-table.ts';
import { asError } from '../../src/errors.ts';
import { aSignature } from '../support/start-app.ts';
import { judgeMails } from './judge-mails.ts';
import type { World } from './world.ts';

export interface Verdict {
  accepted: number;
  /** Letters the target's server took, as it says itself. */
  delivered: number;
  /** Letters on a sealed petition, or waiting for the next one. */
  onPaper: number;
  /** Copies that came beside the first one. */
  doubled: number;
  /** Times a letter of this run was in doubt: as many copies may exist. */
  window: number;
  lost: number;
  /** Signers who got their mail of thanks, and mails of which the service cannot say whether they arrived. */
  thanked: number;
  unsure: number;
  /** Sentences; empty when everything holds. */
  wrong: string[];
}

const onPaper: readonly LetterState[] = ['for_hand', 'petitioned', 'handed_in'];
const atTheirEnd: readonly LetterState[] = ['delivered', 'withdrawn', ...onPaper];
/** Milliseconds a drain may take; a city takes longest. */
const patience = 1_200_000;
/** Milliseconds without any change after which only the time can bring one: a killed keeper of it is waited for as well. */
const longestLease = { embedded: 5_000, distributed: 12_000 };

/**
 * Waits until every letter is in a place where it may stay, every mail to a signer has ended, and every petition has
 * its files or has let its names go. Where all that is left waits for a time (a backoff of
 * minutes, or what a fast clock wrote), all clocks move there together: time is moved, not waited for.
 */
export async function drain(world: World): Promise<void> {
  const from = performance.now();
  let last = '';
  let since = performance.now();
  let moved = 0;
  while (performance.now() - from < patience) {
    const left = await again(() => unfinished(world));
    if (left.open === 0) return;
    const seen = JSON.stringify(left);
    if (seen !== last) since = performance.now();
    last = seen;
    const still = performance.now() - since;
    const nextIsFar = left.nextDue > Date.now() + world.ahead + 1_500;
    // A letter whose sender lost its record has a lease to end; a conversation that lives has ended by then. And what a
    // fast clock wrote (when the next letter may be released, who keeps the time) may hold up letters that are due.
    if (nextIsFar && left.underWay === 0) world.moveAllClocks(left.nextDue - Date.now() + 100);
    else if (still > longestLease[world.engines]) {
      world.moveAllClocks(Math.max(left.lastDue - Date.now(), world.ahead + 11 * minute));
      since = performance.now();
      moved += 1;
      if (moved > 8) return;
    }
    await pause(100);
  }
}

interface Unfinished {
  open: number;
  /** Of these, what may be in a conversation. */
  underWay: number;
  nextDue: number;
  lastDue: number;
}

async function unfinished({ database }: World): Promise<Unfinished> {
  const rows: { n: number; busy: number | null; due: number | null; last: number | null }[] = await database.read.query(
    `select count(*) as n, sum(busy) as busy, min(due_at) as due, max(due_at) as last from (
      select due_at, case when state = 'sending' then 1 else 0 end as busy from letter
        where state not in (${atTheirEnd.map((state) => `'${state}'`).join(', ')})
      union all select due_at, case when started_at is null then 0 else 1 end from notice where ended_at is null
      union all select due_at, 0 from petition where due_at is not null) one`,
  );
  const [row] = rows;
  return {
    open: Number(row?.n ?? 0),
    underWay: Number(row?.busy ?? 0),
    nextDue: Number(row?.due ?? 0),
    lastDue: Number(row?.last ?? 0),
  };
}

/** Judges the people of one run. */
export async function judge(world: World, accepted: ReadonlySet<number>): Promise<Verdict> {
  const { database, mailbag } = world;
  const wrong: string[] = [];
  const { findings } = await again(() => audit(database));
  for (const { invariant, violations, examples } of findings)
    if (violations > 0) wrong.push(`audit: ${invariant}: ${violations} (${examples.join(', ')})`);

  const signers = await database.read.find(signatureTable, { select: { id: true, email: true } });
  const letters = await database.read.find(letterTable, { select: { id: true, signatureId: true, state: true } });
  const doubts = await database.read.find(letterHistoryTable, {
    select: { letterId: true },
    where: { to: 'in_doubt' },
  });
  const signatureOf = new Map(signers.map(({ email, id }) => [email, id]));
  const lettersOf = Map.groupBy(letters, (letter) => letter.signatureId);
  const doubtsOf = new Map([...Map.groupBy(doubts, (row) => row.letterId)].map(([id, rows]) => [id, rows.length]));

  const { wrong: wrongMails, ...mails } = await judgeMails(world, accepted, signatureOf);
  wrong.push(...wrongMails);
  const verdict: Verdict = {
    accepted: accepted.size,
    delivered: 0,
    onPaper: 0,
    doubled: 0,
    window: 0,
    lost: 0,
    ...mails,
    wrong,
  };
  for (const person of accepted) {
    const own = lettersOf.get(signatureOf.get(aSignature(person).email) ?? '') ?? [];
    if (own.length !== 1) wrong.push(`person ${person} has ${own.length} letters`);
    const [letter] = own;
    const copies = letter ? (mailbag.copies.get(letter.id) ?? []) : [];
    if (!letter || !atTheirEnd.includes(letter.state) || (letter.state === 'delivered' && copies.length === 0)) {
      verdict.lost += 1;
      if (verdict.lost <= 5)
        wrong.push(`person ${person} is lost: ${letter?.state ?? 'no letter'}, ${copies.length} copies`);
      continue;
    }
    if (letter.state === 'delivered') verdict.delivered += 1;
    if (onPaper.includes(letter.state)) verdict.onPaper += 1;
    const window = doubtsOf.get(letter.id) ?? 0;
    const doubled = Math.max(copies.length - 1, 0);
    verdict.window += window;
    verdict.doubled += doubled;
    if (doubled > window)
      wrong.push(`letter ${letter.id} came ${copies.length} times and was ${window} times in doubt`);
    if (new Set(copies).size > 1) wrong.push(`the copies of letter ${letter.id} differ`);
  }
  if (mailbag.copies.has('')) wrong.push('a mail had no Message-ID');
  const known = new Set(letters.map((letter) => letter.id));
  for (const id of mailbag.copies.keys())
    if (id !== '' && !known.has(id)) wrong.push(`mail of an unknown letter ${id}`);
  return verdict;
}

/** A pool that lost its server needs a few questions until it has noticed. */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (thrown) {
      if (tries >= 20) throw asError(thrown);
      await pause(300);
    }
  }
}
