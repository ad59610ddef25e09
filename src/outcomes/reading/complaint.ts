/** Feedback reports (RFC 5965): somebody pressed "this is spam". */
import { addressIn, plainField, readBlocks } from '../delivery-status.ts';
import type { Part } from './mime.ts';
import type { Notice } from './notice.ts';
import { textOf } from './part-text.ts';
import { partOf, returnedId, type Report } from './report.ts';

/** Gives undefined for any other mail. */
export function readComplaint(mail: Part, notice: Notice): Report | undefined {
  const part = partOf(mail, /^message\/feedback-report$/);
  if (!part) return isOutlooks(mail, notice) ? complaintOf(notice) : undefined;
  const block = readBlocks(textOf(part))[0] ?? new Map<string, string[]>();
  // A DMARC failure report (RFC 6591) has this form too, and "not-spam" is the opposite of a complaint.
  const type = plainField(block, 'feedback-type')?.toLowerCase() ?? 'abuse';
  const address = addressIn(plainField(block, 'original-rcpt-to')) ?? addressIn(plainField(block, 'removal-recipient'));
  return {
    kind: /^(?:abuse|fraud|virus|opt-out|other|miscategorized)/.test(type) ? 'complaint' : 'unreadable',
    form: 'feedback',
    recipients: [
      {
        address,
        action: undefined,
        status: undefined,
        evidence: { stage: 'async', code: undefined, enhanced: undefined, text: `feedback-type: ${type}`.slice(0, 80) },
        remoteMta: plainField(block, 'reporting-mta')?.slice(0, 255),
      },
    ],
    returnedMessageId: returnedId(notice),
    envelopeId: plainField(block, 'original-envelope-id')?.slice(0, 100),
  };
}

/** Outlook.com's programme returns the letter alone, under a subject of its own. */
function isOutlooks(mail: Part, notice: Notice): boolean {
  const subject = mail.headers.get('subject')?.[0] ?? '';
  return /^complaint about message from\b/i.test(subject) && notice.returned !== undefined;
}

function complaintOf(notice: Notice): Report {
  const address = addressIn(notice.returned?.get('x-hmxmroriginalrecipient')?.[0]);
  const evidence = { stage: 'async', code: undefined, enhanced: undefined, text: 'complaint' } as const;
  return {
    kind: 'complaint',
    form: 'feedback',
    recipients: [{ address, action: undefined, status: undefined, evidence, remoteMta: undefined }],
    returnedMessageId: returnedId(notice),
    envelopeId: undefined,
  };
}
