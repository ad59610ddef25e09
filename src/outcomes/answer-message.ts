/** The mail that brings a person's answer to the signer: from us, with the answer attached as it came. */
import { wordsFor, type Words } from '../campaigns/words.ts';
import { fillVariables } from '../campaigns/variables.ts';
import type { Instant } from '../clock.ts';
import { base64Lines } from '../outbox/encoded-body.ts';
import { mailboxField, textField } from '../outbox/encoded-words.ts';
import { addrSpec, dateField, messageId } from '../outbox/message.ts';
import { cleanName } from '../outbox/sender-identity.ts';

/** A mail that has this field is one of ours: it is never sent on again. */
export const ownField = 'X-Todoke';

export interface AnswerMail {
  /** Id of the answer. */
  id: string;
  date: Instant;
  language: string;
  organisation: string;
  senderAddress: string;
  addressee: string;
  signerAddress: string;
  /** The answer. */
  raw: Buffer;
}

/**
 * Composes it with CRLF throughout. It is sent under our address: the writer's would fail DMARC from here. What is
 * sent by a machine says so (RFC 3834 §5), so that no machine answers.
 */
export function composeAnswer(words: Readonly<Record<string, Words>>, mail: AnswerMail): Buffer {
  const { id, organisation, addressee } = mail;
  const ours = addrSpec(mail.senderAddress);
  const boundary = `todoke-answer-${id}`;
  const said = wordsFor(words, mail.language)?.answer ?? { subject: 'Re', text: '{{organisation}}' };
  const text = fillVariables(said.text, (name) => (name === 'addressee' ? addressee : organisation));
  const head =
    `${dateField(mail.date)}Message-ID: ${messageId(id, ours)}\r\n` +
    mailboxField('From', cleanName(organisation), ours) +
    mailboxField('To', '', addrSpec(mail.signerAddress)) +
    textField('Subject', said.subject) +
    `Auto-Submitted: auto-generated\r\n${ownField}: forwarded-answer\r\nMIME-Version: 1.0\r\n` +
    `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n` +
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(text)}--${boundary}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), attachment(mail.raw), Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** A mail inside a mail must not be encoded (RFC 2046 §5.2.1): what cannot pass every relay as it is goes as a file. */
function attachment(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
  if (!/[^\0-\x7f]|\0|[^\r\n]{999}/.test(text)) {
    return Buffer.from(`Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n${text}`, 'latin1');
  }
  const lines = raw.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(
    'Content-Type: application/octet-stream; name="answer.eml"\r\n' +
      'Content-Disposition: attachment; filename="answer.eml"\r\n' +
      `Content-Transfer-Encoding: base64\r\n\r\n${lines}`,
  );
}
