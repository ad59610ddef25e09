/** The bytes of a mail to a signer: sent by a machine, and said so, so that no machine answers. */
import type { Instant } from '../clock.ts';
import { addrSpec, dateField, messageId, textAndHtml } from '../outbox/message.ts';
import { mailboxField, textField } from '../outbox/encoded-words.ts';
import { cleanName } from '../outbox/sender-identity.ts';
import { ownField } from '../outcomes/answer-message.ts';

export interface NoticeMail {
  /** Id of the notice. */
  id: string;
  /** 1, 2, 3 …: a mail that was asked for again is another mail. */
  asked: number;
  date: Instant;
  /** BCP 47 tag. */
  language: string;
  organisation: string;
  /** The address of ours in From. */
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Where one click ends such mails (RFC 8058); absent when there will be no other. */
  stop: string | undefined;
}

/**
 * Composes the message with CRLF throughout. It is no person's mail (RFC 3834 §5), and bounces do not come to its From
 * but to its return path, so automatic answers may be suppressed altogether.
 */
export function composeNotice(mail: NoticeMail): Buffer {
  const ours = addrSpec(mail.from);
  const name = `${mail.id}${mail.asked > 1 ? `.${mail.asked}` : ''}`;
  const news =
    mail.stop === undefined
      ? ''
      : `List-Unsubscribe: <${mail.stop}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`;
  return Buffer.from(
    `${dateField(mail.date)}Message-ID: ${messageId(mail.id, ours).replace(mail.id, name)}\r\n` +
      mailboxField('From', cleanName(mail.organisation), ours) +
      mailboxField('To', '', addrSpec(mail.to)) +
      textField('Subject', mail.subject) +
      `Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n${ownField}: notice\r\n${news}` +
      `MIME-Version: 1.0\r\nContent-Language: ${mail.language}\r\n${textAndHtml(name, mail)}`,
    'latin1',
  );
}
