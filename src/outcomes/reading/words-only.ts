/** Mail without any fields for programs: a report in free words, an automatic answer, or a person. */
import { decodeWords } from 'postal-mime';
import { replyTextLimit } from '../../outbox/smtp-reply.ts';
import { readFreeForm } from './free-form.ts';
import type { Part } from './mime.ts';
import type { Notice } from './notice.ts';
import { firstId, lastId, moreLimit, returnedId, type Report, type ReportKind } from './report.ts';
import { isAutomatic, isBounce, isDelay, type Envelope } from './signs.ts';

/** Always has an answer: what nothing speaks for was written by a person, or cannot be read. */
export function readWords(mail: Part, notice: Notice, nullSender: boolean): Report {
  const { headers } = mail;
  const returnPath = headers.get('return-path')?.[0]?.replace(/[<>\s]/g, '');
  const envelope: Envelope = {
    from: decoded(headers.get('from')?.[0]),
    subject: decoded(headers.get('subject')?.[0]),
    headers,
    nullSender: nullSender || returnPath === '',
  };
  const answer = (kind: ReportKind): Report => ({
    kind,
    form: 'none',
    recipients: [],
    returnedMessageId:
      firstId(headers.get('in-reply-to')?.[0]) ?? lastId(headers.get('references')?.[0]) ?? returnedId(notice),
    envelopeId: undefined,
  });
  const words = `${envelope.subject}\n${notice.words}`;
  if (isBounce(envelope, notice.words)) {
    const isDelayed = isDelay(envelope.subject, notice.words);
    // Some give their reason only as a link at the end.
    const links =
      notice.words
        .match(/https?:\/\/[^\s<>"]{1,200}/g)
        ?.slice(0, 3)
        .join(' ') ?? '';
    const more = `${links}\n${words.slice(0, moreLimit)}`;
    const recipients = readFreeForm(notice, headers, !isDelayed).map((recipient) => ({ ...recipient, more }));
    if (recipients.length === 0) return answer('unreadable');
    return { ...answer(isDelayed ? 'delayed' : 'failed'), form: 'free-form', recipients };
  }
  if (isAutomatic(envelope, notice.words)) return answer('auto-reply');
  return answer(nullSender ? 'unreadable' : 'human-answer');
}

function decoded(field: string | undefined): string {
  if (field === undefined) return '';
  const short = field.slice(0, replyTextLimit);
  if (short.includes('=?')) return decodeWords(short);
  return /[^\0-\x7f]/.test(short) ? Buffer.from(short, 'latin1').toString('utf8') : short;
}
