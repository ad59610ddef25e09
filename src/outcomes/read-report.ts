/**
 * Reads a message that came back to a return path: a delivery report, a complaint, an automatic answer or a
 * human one. It only reads: whether the report may be believed is decided by the signed address it came to.
 */
import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { parseQuotedReply, replyTextLimit } from '../outbox/smtp-reply.ts';
import { addressIn, plainField, readBlocks, readRecipient, type ReportedRecipient } from './delivery-status.ts';

export type { ReportedRecipient } from './delivery-status.ts';

type ReportKind =
  | 'failed' // a report says that at least one recipient did not get the letter
  | 'delayed' // a report says that the letter still waits or was passed on; never counts
  | 'delivered'
  | 'auto-reply' // an out-of-office note, a read receipt: somebody's machine lives there
  | 'human-answer'
  | 'complaint' // somebody pressed "this is spam" (RFC 5965)
  | 'unreadable'; // too large, garbage, or a report in free words

export interface Report {
  kind: ReportKind;
  /** One entry per recipient block; blocks are never merged. */
  recipients: readonly ReportedRecipient[];
  /** Message-ID of the letter this is about, without angle brackets: from the returned headers, or In-Reply-To. */
  returnedMessageId: string | undefined;
  /** ENVID that we gave at MAIL FROM (RFC 3461). */
  envelopeId: string | undefined;
}

/** Larger messages are not read: our letters are small and a report quotes at most one. */
export const reportSizeLimit = 2 * 1024 * 1024;

/** A report says what matters at its start; what follows is the letter it returns. */
const readAtMost = 256 * 1024;

/** Parts inside parts inside parts; a report with a quoted letter has three. */
const deepest = 20;

/**
 * Reads a returned message. Never throws: what cannot be read is `unreadable`.
 *
 * @param raw the message as it arrived
 * @param nullSender whether the envelope sender was empty (`MAIL FROM:<>`), as it is for every real report
 */
export async function readReport(raw: Buffer, nullSender: boolean): Promise<Report> {
  if (raw.length === 0 || raw.length > reportSizeLimit) return unreadable;
  let mail: Email;
  try {
    // Quoted letters stay attachments: what they contain is not said by the sender of the report.
    mail = await PostalMime.parse(raw.subarray(0, readAtMost), {
      maxNestingDepth: deepest,
      forceRfc822Attachments: true,
    });
  } catch {
    return unreadable;
  }
  return readComplaint(mail) ?? readDeliveryStatus(mail) ?? readDisposition(mail) ?? readOther(mail, nullSender);
}

const unreadable: Report = { kind: 'unreadable', recipients: [], returnedMessageId: undefined, envelopeId: undefined };

function readComplaint(mail: Email): Report | undefined {
  const part = partOf(mail, /^message\/feedback-report$/);
  if (!part) return undefined;
  const block = readBlocks(textOf(part))[0] ?? new Map<string, string[]>();
  // A DMARC failure report (RFC 6591) has this form too, and "not-spam" is the opposite of a complaint.
  const type = plainField(block, 'feedback-type')?.toLowerCase() ?? 'abuse';
  const address = addressIn(plainField(block, 'original-rcpt-to')) ?? addressIn(plainField(block, 'removal-recipient'));
  return {
    kind: /^(?:abuse|fraud|virus|opt-out|other|miscategorized)/.test(type) ? 'complaint' : 'unreadable',
    recipients: [
      {
        address,
        action: undefined,
        status: undefined,
        evidence: { stage: 'async', code: undefined, enhanced: undefined, text: `feedback-type: ${type}`.slice(0, 80) },
        remoteMta: plainField(block, 'reporting-mta')?.slice(0, 255),
      },
    ],
    returnedMessageId: returnedId(mail),
    envelopeId: plainField(block, 'original-envelope-id')?.slice(0, 100),
  };
}

function readDeliveryStatus(mail: Email): Report | undefined {
  const part = partOf(mail, /^message\/(?:global-)?delivery-status$/);
  if (!part) return undefined;
  const blocks = readBlocks(textOf(part));
  const recipients = blocks.flatMap((block) => readRecipient(block) ?? []);
  const said = (action: ReportedRecipient['action']) => recipients.some((recipient) => recipient.action === action);
  const envelopeId = blocks.map((block) => plainField(block, 'original-envelope-id')).find((id) => id !== undefined);
  const kind = said('failed')
    ? 'failed'
    : said('delayed') || said('relayed') || said('expanded')
      ? 'delayed'
      : said('delivered')
        ? 'delivered'
        : 'unreadable';
  return { kind, recipients, returnedMessageId: returnedId(mail), envelopeId: envelopeId?.slice(0, 100) };
}

/**
 * A receipt that the letter was shown or deleted (RFC 8098) is a machine's answer. One that says the letter was
 * thrown away unseen is how a Sieve script says no (RFC 5429 §2.2).
 */
function readDisposition(mail: Email): Report | undefined {
  const part = partOf(mail, /^message\/(?:global-)?disposition-notification$/);
  if (!part) return undefined;
  const block = readBlocks(textOf(part))[0] ?? new Map<string, string[]>();
  const isRefusal =
    /^automatic-action.{0,80}\bdeleted\b/i.test(block.get('disposition')?.[0] ?? '') ||
    /\brejected\b/i.test(mail.headers.find(({ key }) => key === 'auto-submitted')?.value ?? '');
  const said = parseQuotedReply(mail.text ?? '', 'dot');
  const recipient: ReportedRecipient = {
    address: addressIn(plainField(block, 'original-recipient')) ?? addressIn(plainField(block, 'final-recipient')),
    action: 'failed',
    status: undefined,
    evidence: { ...said, stage: 'async' },
    remoteMta: undefined,
  };
  return {
    kind: isRefusal ? 'failed' : 'auto-reply',
    recipients: isRefusal ? [recipient] : [],
    returnedMessageId: firstId(plainField(block, 'original-message-id')) ?? returnedId(mail),
    envelopeId: undefined,
  };
}

/** Subjects of reports in free words, which a later reader takes apart. */
const bounceSubject =
  /undeliver|undelivered|deliver(?:y|ies) (?:status|has failed|failure|problem|incomplete|error|delayed)|returned mail|mail (?:delivery|system) (?:failed|failure|error)|failure notice|error sending|could not be delivered|non-?delivery|rejected:|配信(?:不能|エラー|できません)|送信(?:エラー|できません)/i;
const bounceSender = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounces?)@|^mailer-daemon$/i;
const autoSubject =
  /^\s{0,3}(?:auto(?:matic)?[- ]?(?:reply|response|answer|matische antwort)|automatische antwort|r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica|out of (?:the )?office|abwesenheit|vacation|自動(?:返信|応答|回答)|不在(?:通知|のお知らせ)|자동|自动(?:回复|答复))/i;

function readOther(mail: Email, nullSender: boolean): Report {
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value.trim();
  const answer = (kind: ReportKind): Report => ({
    kind,
    recipients: [],
    returnedMessageId: firstId(mail.inReplyTo) ?? lastId(mail.references) ?? returnedId(mail),
    envelopeId: undefined,
  });
  const subject = mail.subject ?? '';
  const isBounce =
    header('x-failed-recipients') !== undefined ||
    bounceSubject.test(subject) ||
    bounceSender.test(mail.from?.address || (mail.from?.name ?? ''));
  if (isBounce) return answer('unreadable');
  const submitted = header('auto-submitted')?.toLowerCase() ?? 'no';
  const isAutomatic =
    !submitted.startsWith('no') ||
    ['x-autoreply', 'x-autorespond', 'x-autoresponse', 'x-mail-autoreply'].some((name) => header(name) !== undefined) ||
    /^auto[_-]?reply/i.test(header('precedence') ?? '') ||
    autoSubject.test(subject);
  if (isAutomatic) return answer('auto-reply');
  return answer(nullSender ? 'unreadable' : 'human-answer');
}

function partOf(mail: Email, type: RegExp): Attachment | undefined {
  return mail.attachments.find(({ mimeType }) => type.test(mimeType));
}

/** Text of a part; report fields are ASCII, or UTF-8 in `global-` parts (RFC 6533). */
function textOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : Buffer.from(new Uint8Array(content)).toString('utf8');
}

/** Message-ID out of the headers that the report returned. */
function returnedId(mail: Email): string | undefined {
  const part = partOf(mail, /^(?:message\/(?:global|rfc822)(?:-headers)?|text\/rfc822-headers)$/);
  if (!part) return undefined;
  const [headers = ''] = textOf(part)
    .slice(0, 64 * 1024)
    .trimStart()
    .split(/\r?\n\r?\n/, 1);
  return firstId(/^message-id:((?:.|\r?\n[ \t]){0,1000})/im.exec(headers)?.[1]);
}

const messageId = /<?([^\s<>@]{1,250}@[^\s<>@]{1,250})>?/;

function firstId(text: string | undefined): string | undefined {
  return text === undefined ? undefined : messageId.exec(text.slice(0, replyTextLimit))?.[1];
}

function lastId(text: string | undefined): string | undefined {
  return firstId(text?.trim().split(/\s+/).at(-1));
}
