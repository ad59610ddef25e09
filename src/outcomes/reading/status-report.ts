/** Delivery reports with fields (RFC 3464, and RFC 6533 for addresses beyond ASCII). */
import { plainField, readBlocks, readRecipient, type ReportedRecipient } from '../delivery-status.ts';
import { allParts, type Part } from './mime.ts';
import type { Notice } from './notice.ts';
import { textOf } from './part-text.ts';
import { moreLimit, returnedId, type Report } from './report.ts';

/** Gives undefined for a mail without such fields, or with fields that say nothing. */
export function readDeliveryStatus(mail: Part, notice: Notice): Report | undefined {
  // A gateway may have sent one part of words and one of fields, both under this name.
  const parts = [...allParts(mail)].filter((part) => /^message\/(?:global-)?delivery-status$/.test(part.type));
  const fields =
    parts.length > 0
      ? parts.map(textOf).join('\n\n')
      : /^final-recipient\s?:/im.test(notice.words)
        ? notice.words
        : undefined;
  if (fields === undefined) return undefined;
  const blocks = readBlocks(fields);
  const recipients = blocks.flatMap((block) => readRecipient(block) ?? []);
  // Some reporters send the part and forget what belongs into it.
  if (!recipients.some(({ action }) => action !== undefined)) return undefined;
  const said = (action: ReportedRecipient['action']) => recipients.some((recipient) => recipient.action === action);
  const envelopeId = blocks.map((block) => plainField(block, 'original-envelope-id')).find((id) => id !== undefined);
  const kind = said('failed')
    ? 'failed'
    : said('delayed') || said('relayed') || said('expanded')
      ? 'delayed'
      : said('delivered')
        ? 'delivered'
        : 'unreadable';
  return {
    kind,
    form: 'status-fields',
    recipients: recipients.map((recipient) => ({
      ...recipient,
      get more() {
        return notice.words.slice(0, moreLimit);
      },
    })),
    returnedMessageId: returnedId(notice),
    envelopeId: envelopeId?.slice(0, 100),
  };
}
