/**
 * Reads a message that came back to a return path: a delivery report in any form, a complaint, an automatic answer or a
 * human one. It only reads: whether the report may be believed is decided by the signed address it came to.
 */
import { readComplaint } from './reading/complaint.ts';
import { readDisposition } from './reading/disposition.ts';
import { readMime, type Part } from './reading/mime.ts';
import { readNotice, type Notice } from './reading/notice.ts';
import { partOf, type Report } from './reading/report.ts';
import { isMachine } from './reading/signs.ts';
import { readDeliveryStatus } from './reading/status-report.ts';
import { readWords } from './reading/words-only.ts';

export type { ReportedRecipient } from './delivery-status.ts';
export type { Report } from './reading/report.ts';

/** Larger messages are not read: our letters are small and a report quotes at most one. */
export const reportSizeLimit = 2 * 1024 * 1024;

/** A report says what matters at its start; what follows is the letter it returns. */
const readAtMost = 256 * 1024;

/**
 * Reads a returned message. Never throws: what cannot be read is `unreadable`.
 *
 * @param raw the message as it arrived
 * @param nullSender whether the envelope sender was empty (`MAIL FROM:<>`), as it is for every real report
 */
export function readReport(raw: Buffer, nullSender: boolean): Report {
  if (raw.length === 0 || raw.length > reportSizeLimit) return unreadable;
  return readMail(readMime(raw.subarray(0, readAtMost)), nullSender, true);
}

function readMail(mail: Part, nullSender: boolean, mayLookInside: boolean): Report {
  const notice = readNotice(mail);
  const structured = readComplaint(mail, notice) ?? readDeliveryStatus(mail, notice) ?? readDisposition(mail, notice);
  if (structured) return structured;
  const inside = mayLookInside ? readInside(mail, notice, nullSender) : undefined;
  return inside ?? readWords(mail, notice, nullSender);
}

/** Some gateways pack the report they pass on into an empty mail of their own. */
function readInside(mail: Part, notice: Notice, nullSender: boolean): Report | undefined {
  if (notice.words.trim() !== '' || !isMachine(mail.headers.get('from')?.[0] ?? '')) return undefined;
  const inner = partOf(mail, /^message\/rfc822$/);
  if (!inner) return undefined;
  const inside = readMail(readMime(Buffer.from(inner.body, 'latin1')), nullSender, false);
  return inside.kind === 'failed' || inside.kind === 'delayed' ? inside : undefined;
}

const unreadable: Report = {
  kind: 'unreadable',
  form: 'none',
  recipients: [],
  returnedMessageId: undefined,
  envelopeId: undefined,
};
