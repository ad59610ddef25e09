/** Receipts (RFC 8098), and the refusals that have their form (RFC 5429). */
import { parseQuotedReply } from '../../outbox/smtp-reply.ts';
import { addressIn, plainField, readBlocks, type ReportedRecipient } from '../delivery-status.ts';
import type { Part } from './mime.ts';
import type { Notice } from './notice.ts';
import { textOf } from './part-text.ts';
import { firstId, partOf, returnedId, type Report } from './report.ts';

/**
 * A receipt that the letter was shown or deleted (RFC 8098) is a machine's answer. One that says the letter was
 * thrown away unseen is how a Sieve script says no (RFC 5429 §2.2).
 */
export function readDisposition(mail: Part, notice: Notice): Report | undefined {
  const part = partOf(mail, /^message\/(?:global-)?disposition-notification$/);
  if (!part) return undefined;
  const block = readBlocks(textOf(part))[0] ?? new Map<string, string[]>();
  const isRefusal =
    /^automatic-action.{0,80}\bdeleted\b/i.test(block.get('disposition')?.[0] ?? '') ||
    /\brejected\b/i.test(mail.headers.get('auto-submitted')?.[0] ?? '');
  const said = parseQuotedReply(notice.words, 'dot');
  const recipient: ReportedRecipient = {
    address: addressIn(plainField(block, 'original-recipient')) ?? addressIn(plainField(block, 'final-recipient')),
    action: 'failed',
    status: undefined,
    evidence: { ...said, stage: 'async' },
    remoteMta: undefined,
  };
  return {
    kind: isRefusal ? 'failed' : 'auto-reply',
    form: 'disposition',
    recipients: isRefusal ? [recipient] : [],
    returnedMessageId: firstId(plainField(block, 'original-message-id')) ?? returnedId(notice),
    envelopeId: undefined,
  };
}
