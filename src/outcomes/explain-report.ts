/** Says in plain words what a returned mail is, how it was read, and what todoke does with it. */
import type { ReplyContext } from './classify-reply.ts';
import { explainReply } from './explain-outcome.ts';
import type { Report } from './read-report.ts';

const whatItIs: Readonly<Record<Report['kind'], string>> = {
  failed: 'a report that the letter did not arrive',
  delayed: 'a report that the letter still waits, or was passed on',
  delivered: 'a report that the letter was delivered',
  'auto-reply': 'an automatic answer',
  'human-answer': 'an answer of a person',
  complaint: 'a complaint: somebody marked the letter as spam',
  unreadable: 'a message that does not say what became of the letter',
};

const howRead: Readonly<Record<Report['form'], string>> = {
  'status-fields': 'by its delivery fields (RFC 3464)',
  feedback: 'by its feedback report (RFC 5965)',
  disposition: 'by its receipt (RFC 8098)',
  'free-form': 'by its words: it has no fields for programs',
  none: 'by its headers and words',
};

/** What follows where no reply has to be judged. */
const whatFollows: Readonly<Partial<Record<Report['kind'], string>>> = {
  delayed: 'wait longer for this letter, and count nothing',
  delivered: 'call the letter delivered',
  'auto-reply': 'note it: somebody has this mailbox, and nothing failed',
  'human-answer': 'pass it on to the signer, and count nothing',
  complaint: "count it as the target's own word that it wants no such mail",
  unreadable: 'keep it for a person to read; without one its letter is never called delivered',
};

/** A few lines of text; for a failure with what was said of each recipient. */
export function explainReport(report: Report, context: ReplyContext): string {
  const about = report.returnedMessageId === undefined ? '' : `\nLetter:   <${report.returnedMessageId}>`;
  const head = `Mail:     ${whatItIs[report.kind]} (${report.kind}), read ${howRead[report.form]}.${about}`;
  const follows = whatFollows[report.kind];
  if (follows !== undefined) return `${head}\ntodoke:   would ${follows}.`;
  const each = report.recipients.map(
    (recipient) => `About:    ${recipient.address ?? '(no address)'}\n${explainReply(recipient, context)}`,
  );
  return [head, ...each].join('\n\n');
}
