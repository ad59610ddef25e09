/** Step: a stored returned mail is read, becomes an outcome, and moves the one letter it speaks of. */
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Target } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Letter } from '../letters/letter.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';
import { classifyReport } from './classify-report.ts';
import { deadMailboxTable } from './dead-mailbox-table.ts';
import { deadMailboxes, judgeMailbox, type MailboxJudgement } from './dead-mailboxes.ts';
import { readEvent } from './intake/read-event.ts';
import { noteAnswer } from './forward-answer.ts';
import { moveByReport } from './move-by-report.ts';
import { outcomeTable, type OutcomeRow } from './outcome-table.ts';
import type { Classification, OutcomeClass } from './outcome.ts';
import { readReport, type Report, type ReportedRecipient } from './read-report.ts';
import { replyContext } from './reply-context.ts';
import { speaksOfAnother } from './speaks-of-another.ts';
import { returnedMailTable, type ReturnedMail } from './returned-mail-table.ts';

export interface RecordReportNeeds {
  database: Database;
  clock: Clock;
  queue: Queue;
  book: CampaignBook;
  bounceWait: number;
  giveUpAfter: number;
  random: () => number;
  counted(outcome: Pick<OutcomeRow, 'class' | 'attribution'>): void;
  /** A report at the return path of one letter spoke of another one. */
  mismatched(): void;
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
  const report = mail.source === 'mail' ? readReport(mail.raw, mail.nullSender) : readEvent(mail.source, mail.raw);
  const now = needs.clock.now();
  let outcome: OutcomeRow | undefined;
  let isAnswer = false;
  let isOfAnother = false;
  await needs.database.write(async (transaction) => {
    outcome = undefined;
    isAnswer = false;
    const [letter, still] = [
      await transaction.findOne(letterTable, { where: { id: mail.letterId }, ...locked(transaction) }),
      await transaction.findOne(returnedMailTable, { where: { id: mail.id }, ...locked(transaction) }),
    ];
    if (!letter || !still || still.readAt !== null) return;
    // A report can be faster than our own record of the 250: it stays unread, and the sweep asks again.
    if (letter.state === 'sending') return;
    const read = { readAt: now, kind: report.kind, ...(letter.signerDomain === '' ? { raw: Buffer.alloc(0) } : {}) };
    isOfAnother = speaksOfAnother(report, letter.id);
    if (isOfAnother) {
      const effect = 'noted: it speaks of another letter';
      await transaction.update(returnedMailTable, { id: mail.id }, { ...read, effect });
      return;
    }
    // An erased signer has no address any more.
    isAnswer = report.kind === 'human-answer' && letter.signerDomain !== '';
    if (isAnswer) await noteAnswer(transaction, mail, now);
    const recipient = ourRecipient(report.recipients, needs.book.target(letter.target));
    const classification = classify(needs, letter, report, recipient);
    const mailbox = await mailboxOf(needs, transaction, letter, { classification, recipient });
    if (classification) {
      const found = mailbox.isSpared ? { ...classification, attribution: undefined } : classification;
      outcome = toOutcome(needs, letter, recipient, found, mail);
      await insertRows(transaction, outcomeTable, [outcome]);
      const death = { outcomeId: outcome.id, target: letter.target, at: now, settledAt: null };
      if (mailbox.dead !== undefined)
        await insertRows(transaction, deadMailboxTable, [{ ...death, mailbox: mailbox.dead }]);
    }
    const cause = outcome?.id ?? mail.id;
    const { nullSender } = mail;
    const heard = { letter, report, classification, cause, nullSender, nextMailbox: mailbox.next };
    const effect = mailbox.isEarlier
      ? 'noted: it went on to another mailbox'
      : await moveByReport(needs, transaction, heard);
    await transaction.update(returnedMailTable, { id: mail.id }, { ...read, effect });
  });
  if (isOfAnother) needs.mismatched();
  if (isAnswer) await needs.queue.ask('forward-answer', { answerId: mail.id });
  if (!outcome) return;
  needs.counted(outcome);
  await needs.queue.ask('review-channel', { target: outcome.target });
}

/** What a report says of the mailboxes: of the one the letter is at, or of one it was sent on from. */
async function mailboxOf(
  needs: RecordReportNeeds,
  transaction: Transaction,
  letter: Letter,
  {
    classification,
    recipient,
  }: { classification: Classification | undefined; recipient: ReportedRecipient | undefined },
): Promise<MailboxJudgement & { isEarlier: boolean }> {
  const nothing = { dead: undefined, next: undefined, isSpared: false, isEarlier: false };
  if (classification?.attribution !== 'dead') return nothing;
  const mailboxes = needs.book.target(letter.target)?.mailboxes ?? [];
  const named = mailboxes.find((mailbox) => mailbox.toLowerCase() === recipient?.address?.toLowerCase());
  if (named !== undefined && letter.mailbox !== null && named !== letter.mailbox)
    return { dead: named, next: undefined, isSpared: true, isEarlier: true };
  const dead = await deadMailboxes(needs, transaction, [letter.target]);
  const said = { classification, permanent: true };
  return { ...judgeMailbox(needs, letter, said, dead.get(letter.target)), isEarlier: false };
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
  return classifyReport(recipient, replyContext(needs.book, letter, letter.identity ?? 'reply-to'));
}

function toOutcome(
  needs: RecordReportNeeds,
  letter: Letter,
  recipient: ReportedRecipient | undefined,
  found: Classification,
  mail: Pick<ReturnedMail, 'id' | 'source'>,
): OutcomeRow {
  return {
    id: newId(needs.clock),
    letterId: letter.id,
    target: letter.target,
    signerDomain: letter.signerDomain,
    at: needs.clock.now(),
    trust: mail.source === 'mail' ? 'report-signed-path' : 'relay-webhook',
    stage: 'async',
    code: recipient?.evidence.code ?? null,
    enhanced: recipient?.evidence.enhanced ?? null,
    // Of a signer who was erased, no words are kept.
    text: letter.signerDomain === '' ? '' : (recipient?.evidence.text.slice(0, 1_000) ?? ''),
    class: found.class,
    attribution: found.attribution ?? null,
    rule: found.rule,
    ownWords: letter.ownWords,
    cause: mail.id,
  };
}
