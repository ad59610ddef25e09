/** Which mailboxes of a target are dead, as far as letters of several signers have found out. */
import { In, MoreThanOrEqual } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import { day, type Clock } from '../clock.ts';
import type { Letter } from '../letters/letter.ts';
import { nextMailbox } from '../outbox/choose-mailbox.ts';
import type { Transaction } from '../storage/database.ts';
import { readRows } from '../storage/read-rows.ts';
import { deadMailboxTable } from './dead-mailbox-table.ts';
import type { Classification } from './outcome.ts';
import { outcomeTable } from './outcome-table.ts';

export const mailboxLimits = {
  /** Signer domains whose letters must have found it dead. */
  domains: 2,
  /** One more when all of them came by report: nobody of ours heard the reply. */
  reportsOnly: 1,
  /** Then it is tried again: an office may have got its old address back. */
  memory: 7 * day,
} as const;

/** Rows looked at: enough to count a few domains. */
const mostRows = 200;

export interface DeadMailboxNeeds {
  book: CampaignBook;
  clock: Clock;
}

/** The dead mailboxes of each of these targets. A target with a single mailbox has nothing to choose from. */
export async function deadMailboxes(
  { book, clock }: DeadMailboxNeeds,
  reader: Transaction,
  targets: Iterable<string>,
): Promise<Map<string, Set<string>>> {
  const several = [...new Set(targets)].filter((target) => (book.target(target)?.mailboxes.length ?? 0) > 1);
  const dead = new Map<string, Set<string>>();
  if (several.length === 0) return dead;
  const rows = await reader.find(deadMailboxTable, {
    where: { target: In(several), at: MoreThanOrEqual(clock.now() - mailboxLimits.memory) },
    order: { at: 'DESC' },
    take: mostRows * several.length,
  });
  const outcomes = await readRows(
    reader,
    outcomeTable,
    rows.map(({ outcomeId }) => outcomeId),
  );
  const said = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  for (const [key, alike] of Map.groupBy(rows, ({ target, mailbox }) => JSON.stringify([target, mailbox]))) {
    const heard = alike.flatMap(({ outcomeId }) => said.get(outcomeId) ?? []);
    // Those of erased signers are blank, and count for nothing.
    const domains = new Set(heard.map(({ signerDomain }) => signerDomain).filter((domain) => domain !== '')).size;
    const extra = heard.every(({ trust }) => trust !== 'session') ? mailboxLimits.reportsOnly : 0;
    if (domains < mailboxLimits.domains + extra) continue;
    const [target, mailbox] = JSON.parse(key) as [string, string];
    dead.set(target, (dead.get(target) ?? new Set()).add(mailbox));
  }
  return dead;
}

/** What words of refusal mean when a target has several mailboxes. */
export interface MailboxJudgement {
  /** The mailbox that was said to be dead for good. */
  dead: string | undefined;
  /** Where the letter goes next; undefined for a copy in doubt, which must not arrive at two places. */
  next: string | undefined;
  /** Whether another mailbox is left: then nothing counts against the target. */
  isSpared: boolean;
}

/** Judges a refusal heard at the mailbox of a letter. `permanent`: it was final. */
export function judgeMailbox(
  { book }: Pick<DeadMailboxNeeds, 'book'>,
  letter: Pick<Letter, 'target' | 'mailbox' | 'doubts'>,
  { classification, permanent }: { classification: Classification; permanent: boolean },
  dead: ReadonlySet<string> = new Set(),
): MailboxJudgement {
  const mailboxes = book.target(letter.target)?.mailboxes ?? [];
  const { mailbox } = letter;
  if (classification.attribution !== 'dead' || mailbox === null || mailboxes.length < 2)
    return { dead: undefined, next: undefined, isSpared: false };
  const left = nextMailbox(mailbox, mailboxes, dead);
  return {
    dead: permanent ? mailbox : undefined,
    next: permanent && letter.doubts === 0 ? left : undefined,
    isSpared: left !== undefined,
  };
}
