/** Which mailboxes of a target are dead, as far as letters of several signers have found out. */
import { In, IsNull, MoreThanOrEqual } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import { day, type Clock, type Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Letter } from '../letters/letter.ts';
import { nextMailbox } from '../outbox/choose-mailbox.ts';
import type { Transaction } from '../storage/database.ts';
import { readRows } from '../storage/read-rows.ts';
import { deadMailboxTable } from './dead-mailbox-table.ts';
import type { Classification } from './outcome.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';

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

/** What letters of late found out about one mailbox. */
export interface MailboxNews {
  target: string;
  mailbox: string;
  /** What says that it is dead, newest first; without that of erased signers, whose domains are not known. */
  heard: readonly OutcomeRow[];
  /** Since when it is left out, and until when it is unless more is heard; undefined while too few letters say so. */
  dead: { since: Instant; until: Instant } | undefined;
}

/** The news of the mailboxes of these targets. A target with a single mailbox has nothing to choose from. */
export async function mailboxNews(
  { book, clock }: DeadMailboxNeeds,
  reader: Transaction,
  targets: Iterable<string>,
): Promise<MailboxNews[]> {
  const several = [...new Set(targets)].filter((target) => (book.target(target)?.mailboxes.length ?? 0) > 1);
  if (several.length === 0) return [];
  const rows = await reader.find(deadMailboxTable, {
    where: { target: In(several), at: MoreThanOrEqual(clock.now() - mailboxLimits.memory), settledAt: IsNull() },
    order: { at: 'DESC' },
    take: mostRows * several.length,
  });
  const outcomes = await readRows(
    reader,
    outcomeTable,
    rows.map(({ outcomeId }) => outcomeId),
  );
  const said = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const groups = Map.groupBy(rows, ({ target, mailbox }) => JSON.stringify([target, mailbox]));
  return [...groups.values()].flatMap((alike) => {
    const [{ target, mailbox } = { target: '', mailbox: '' }] = alike;
    // Those of erased signers are blank, and count for nothing.
    const heard = alike.flatMap(({ outcomeId }) => said.get(outcomeId) ?? []).filter((one) => one.signerDomain !== '');
    return heard.length === 0 ? [] : [{ target, mailbox, heard, dead: deathOf(heard) }];
  });
}

/** It takes letters of several signer domains. */
function deathOf(heard: readonly OutcomeRow[]): MailboxNews['dead'] {
  const extra = heard.every(({ trust }) => trust !== 'session') ? mailboxLimits.reportsOnly : 0;
  const domains = [...Map.groupBy(heard, ({ signerDomain }) => signerDomain).values()];
  const place = mailboxLimits.domains + extra - 1;
  const firsts = domains.map((alike) => Math.min(...alike.map(({ at }) => at))).toSorted((a, b) => a - b);
  const lasts = domains.map((alike) => Math.max(...alike.map(({ at }) => at))).toSorted((a, b) => b - a);
  const [since, last] = [firsts[place], lasts[place]];
  return since === undefined || last === undefined ? undefined : { since, until: last + mailboxLimits.memory };
}

/** The dead mailboxes of each of these targets. */
export async function deadMailboxes(
  needs: DeadMailboxNeeds,
  reader: Transaction,
  targets: Iterable<string>,
): Promise<Map<string, Set<string>>> {
  const dead = new Map<string, Set<string>>();
  for (const { target, mailbox, dead: found } of await mailboxNews(needs, reader, targets))
    if (found) dead.set(target, (dead.get(target) ?? new Set()).add(mailbox));
  return dead;
}

/** Staff know that it works again: what was heard of it up to now counts no more. Throws `conflict` when nothing was. */
export async function settleMailbox(
  { clock }: Pick<DeadMailboxNeeds, 'clock'>,
  transaction: Transaction,
  { target, mailbox }: { target: string; mailbox: string },
): Promise<void> {
  const where = { target, mailbox, settledAt: IsNull() };
  const { affected } = await transaction.update(deadMailboxTable, where, { settledAt: clock.now() });
  if (!affected) throw new AppError('conflict', 'Nothing speaks against this mailbox: there is nothing to settle.');
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
