/** What reading a returned mail gives, and how the letter it is about is named in it. */
import { replyTextLimit } from '../../outbox/smtp-reply.ts';
import type { ReportedRecipient } from '../delivery-status.ts';
import { allParts, type Part } from './mime.ts';
import type { Notice } from './notice.ts';

export type ReportKind =
  | 'failed' // a report says that at least one recipient did not get the letter
  | 'delayed' // a report says that the letter still waits or was passed on; never counts
  | 'delivered'
  | 'auto-reply' // an out-of-office note, a read receipt: somebody's machine lives there
  | 'human-answer'
  | 'complaint' // somebody pressed "this is spam" (RFC 5965)
  | 'unreadable'; // too large, garbage, or a report that does not say whom it means

export interface Report {
  kind: ReportKind;
  /** How it was read: the strongest form of evidence it had. */
  form: 'status-fields' | 'feedback' | 'disposition' | 'free-form' | 'none';
  /** One entry per recipient block; blocks are never merged. */
  recipients: readonly ReportedRecipient[];
  /** Message-ID of the letter this is about, without angle brackets: from the returned headers, or In-Reply-To. */
  returnedMessageId: string | undefined;
  /** ENVID that we gave at MAIL FROM (RFC 3461). */
  envelopeId: string | undefined;
}

/** Words of the reporter that are kept beside a recipient, for the classifier. */
export const moreLimit = 3 * replyTextLimit;

/** The first part of a type, outer before inner. */
export function partOf(mail: Part, type: RegExp): Part | undefined {
  return [...allParts(mail)].find((part) => type.test(part.type));
}

/** Message-ID out of the headers that the report returned. */
export function returnedId({ returned }: Notice): string | undefined {
  return firstId(returned?.get('message-id')?.[0]);
}

const messageId = /<?([^\s<>@]{1,250}@[^\s<>@]{1,250})>?/;

/** The first Message-ID in a text, without angle brackets. */
export function firstId(text: string | undefined): string | undefined {
  return text === undefined ? undefined : messageId.exec(text.slice(0, replyTextLimit))?.[1];
}

/** The last one of a list such as References. */
export function lastId(text: string | undefined): string | undefined {
  return firstId(text?.trim().split(/\s+/).at(-1));
}
