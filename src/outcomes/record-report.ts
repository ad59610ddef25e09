/** Step: a stored returned mail is read, becomes an outcome, and moves the one letter it speaks of. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Target } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import { letterTable, moveLetters, type Move } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/rows.ts';
import { classifyReply } from './classify-reply.ts';
import { nextStep } from './next-step.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';
import type { Classification, OutcomeClass } from './outcome.ts';
import { readReport, type Report, type ReportedRecipient } from './read-report.ts';
import { returnedMailTable } from './returned-mail-table.ts';

export interface RecordReportNeeds {
  database: Database;
  clock: Clock;
  queue: Queue;
  book: CampaignBook;
  bounceWait: number;
  giveUpAfter: number;
  random: () => number;
  counted(outcome: Pick<OutcomeRow, 'class' | 'attribution'>): void;
}

/** What a report without a refusal is called. */
const classOfKind: Partial<Record<Report['kind'], OutcomeClass>> = {
  delivered: 'delivered',
  delayed: 'delayed',
  'auto-reply': 'auto-reply',
  'human-answer': 'human-answer',
  complaint: 'complaint',
};

/** Reads one returned mail and lets it act, once. */
export async function recordReport(needs: RecordReportNeeds, returnedMailId: string): Promise<void> {
  const mail = await needs.database.read.findOneBy(returnedMailTable, { id: returnedMailId });
  if (!mail || mail.readAt !== null) return;
  const report = await readReport(mail.raw, mail.nullSender);
  const now = needs.clock.now();
  let outcome: OutcomeRow | undefined;
  await needs.database.write(async (transaction) => {
    const [letter, still] = [
      await transaction.findOneBy(letterTable, { id: mail.letterId }),
      await transaction.findOneBy(returnedMailTable, { id: mail.id }),
    ];
    if (!letter || !still || still.readAt !== null) return;
    const recipient = ourRecipient(report.recipients, needs.book.target(letter.target));
    const classification = classify(needs, letter, report, recipient);
    if (classification) {
      outcome = toOutcome(needs, letter, recipient, classification, mail.id);
      await insertRows(transaction, outcomeTable, [outcome]);
    }
    const effect = await act(needs, transaction, letter, report, classification, outcome?.id ?? mail.id);
    await transaction.update(returnedMailTable, { id: mail.id }, { readAt: now, kind: report.kind, effect });
  });
  if (!outcome) return;
  needs.counted(outcome);
  await needs.queue.ask('review-channel', { target: outcome.target });
}

/** A report may speak of several recipients: ours is the target's mailbox, or the only one. */
function ourRecipient(
  recipients: readonly ReportedRecipient[],
  target: Target | undefined,
): ReportedRecipient | undefined {
  const mailboxes = new Set(target?.mailboxes.map((mailbox) => mailbox.toLowerCase()));
  return (
    recipients.find((recipient) => mailboxes.has(recipient.address?.toLowerCase() ?? '')) ??
    (recipients.length === 1 ? recipients[0] : undefined)
  );
}

function classify(
  needs: RecordReportNeeds,
  letter: Letter,
  report: Report,
  recipient: ReportedRecipient | undefined,
): Classification | undefined {
  const named = classOfKind[report.kind];
  // A complaint is the target's own word that it wants no such mail.
  if (named)
    return {
      class: named,
      attribution: named === 'complaint' ? 'blocked' : undefined,
      rule: `report-${report.kind}`,
      retryAfter: undefined,
    };
  // Our copy may only be late while somebody else's failed.
  if (report.kind !== 'failed' || recipient?.action !== 'failed') return undefined;
  const sender = needs.book.find(letter.campaign)?.sender.address ?? '';
  return classifyReply(recipient.evidence, {
    identity: letter.identity ?? 'reply-to',
    senderDomain: sender.split('@')[1] ?? '',
    signerDomain: letter.signerDomain,
  });
}

function toOutcome(
  needs: RecordReportNeeds,
  letter: Letter,
  recipient: ReportedRecipient | undefined,
  found: Classification,
  cause: string,
): OutcomeRow {
  return {
    id: newId(needs.clock),
    letterId: letter.id,
    target: letter.target,
    signerDomain: letter.signerDomain,
    at: needs.clock.now(),
    trust: 'report-signed-path',
    stage: 'async',
    code: recipient?.evidence.code ?? null,
    enhanced: recipient?.evidence.enhanced ?? null,
    text: recipient?.evidence.text.slice(0, 1_000) ?? '',
    class: found.class,
    attribution: found.attribution ?? null,
    rule: found.rule,
    cause,
  };
}

/** Moves the letter and says what was done. A letter already on paper stays there. */
async function act(
  needs: RecordReportNeeds,
  transaction: Transaction,
  letter: Letter,
  report: Report,
  classification: Classification | undefined,
  cause: string,
): Promise<string> {
  const now = needs.clock.now();
  const move = { id: letter.id, cause, fence: letter.fence };
  const atServer = letter.state === 'accepted' || letter.state === 'in_doubt';
  const taken: Move[] =
    letter.state === 'in_doubt'
      ? [
          {
            ...move,
            from: 'in_doubt',
            to: 'accepted',
            reason: 'a report shows that it was taken',
            patch: { acceptedAt: now },
          },
        ]
      : [];
  if (report.kind === 'delivered' && atServer) {
    await moveInTurn(
      transaction,
      [...taken, { ...move, from: 'accepted', to: 'delivered', reason: 'a report says delivered' }],
      now,
    );
    return 'delivered';
  }
  if (report.kind === 'delayed' && atServer) {
    const patch = { dueAt: now + needs.bounceWait };
    await transaction.update(letterTable, { id: letter.id }, patch);
    return 'waits longer';
  }
  if (report.kind !== 'failed' || !classification) return 'noted';
  if (!atServer && letter.state !== 'delivered') return `noted: the letter is ${letter.state}`;
  const next = nextStep({
    letter,
    classification,
    permanent: true,
    now,
    giveUpAfter: needs.giveUpAfter,
    random: needs.random,
  });
  const patch = next.to === 'queued' ? { dueAt: next.dueAt, identity: next.identity } : {};
  await moveInTurn(
    transaction,
    [
      ...taken,
      {
        ...move,
        from: letter.state === 'delivered' ? 'delivered' : 'accepted',
        to: 'returned',
        reason: `came back: ${classification.class}`,
      },
      ...(letter.signerDomain === ''
        ? whenErased(move)
        : [{ ...move, from: 'returned' as const, to: next.to, reason: next.reason, patch }]),
    ],
    now,
  );
  return `returned, then ${next.to}`;
}

/** The signer was erased after the letter had left: it is not sent again and its name comes onto no petition. */
function whenErased(move: Pick<Move, 'id' | 'cause' | 'fence'>): Move[] {
  const reason = 'came back after its signer was erased';
  return [
    { ...move, from: 'returned', to: 'for_hand', reason },
    { ...move, from: 'for_hand', to: 'withdrawn', reason },
  ] as Move[];
}

async function moveInTurn(transaction: Transaction, moves: readonly Move[], now: number): Promise<void> {
  for (const move of moves) await moveLetters(transaction, [move], now);
}
