/** The bytes of a letter (RFC 5322): from the same letter always the same bytes, ready to be signed. */
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { idPattern } from '../ids.ts';
import { asciiDomain } from './domain-name.ts';
import { base64Lines } from './encoded-body.ts';
import { mailboxField, textField } from './encoded-words.ts';
import { cleanName, displayName, type SenderIdentity } from './sender-identity.ts';

export interface LetterMail {
  letterId: string;
  identity: SenderIdentity;
  signer: { name: string; address: string };
  organisation: string;
  /** The one stable address of ours: in From, or in Sender when the signer is in From. */
  senderAddress: string;
  to: { name: string; address: string };
  /** BCP 47 tag of the letter. */
  language: string;
  subject: string;
  text: string;
  html: string;
  /** What both begin with in the letters of many signers. */
  opens?: { text: string; html: string };
  /** Kept with the letter, so that a second try has the same Date. */
  date: Instant;
}

/**
 * Composes the message with CRLF throughout. A letter is human-authored, so it carries no Precedence, List-* or
 * Auto-Submitted (RFC 3834 §5), and no X-Auto-Response-Suppress: these also silence the bounces we need.
 *
 * Throws `AppError('invalid')` when an address or the language cannot stand in a header.
 */
export function composeMessage(mail: LetterMail): Buffer {
  const { letterId, signer, organisation } = mail;
  const ours = addrSpec(mail.senderAddress);
  const signers = addrSpec(signer.address);
  const from =
    mail.identity === 'from'
      ? mailboxField('From', cleanName(signer.name), signers) + mailboxField('Sender', cleanName(organisation), ours)
      : mailboxField('From', displayName(signer.name, organisation), ours) +
        mailboxField('Reply-To', cleanName(signer.name), signers);
  return Buffer.from(
    `${dateField(mail.date)}Message-ID: ${messageId(letterId, ours)}\r\n${from}${sharedFields(mail)}` +
      textAndHtml(letterId, mail),
    'latin1',
  );
}

/** The Date field (RFC 5322 §3.3), in UTC. */
export function dateField(date: Instant): string {
  return `Date: ${new Date(date).toUTCString().replace('GMT', '+0000')}\r\n`;
}

/** The Content-Type field, the empty line and the two parts of a mail; `id` tells its boundary from any other. */
export function textAndHtml(id: string, { text, html, opens }: Pick<LetterMail, 'text' | 'html' | 'opens'>): string {
  const boundary = `todoke-${id}`; // base64 has no hyphen, so no line of a part can look like it
  return (
    `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n` +
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n${encodedBody(text, opens?.text)}` +
    `--${boundary}\r\nContent-Type: text/html; charset=utf-8\r\n${encodedBody(html, opens?.html)}--${boundary}--\r\n`
  );
}

/** The Message-ID of a letter with its angle brackets (RFC 5322 §3.6.4): the same for every try. */
export function messageId(letterId: string, senderAddress: string): string {
  if (!idPattern.test(letterId)) throw new AppError('internal', 'A message needs the id of a letter.');
  const spec = addrSpec(senderAddress);
  return `<${letterId}${spec.slice(spec.lastIndexOf('@'))}>`;
}

const shared = new Map<string, string>();

/** The fields that the letters to one target have in common, made once. */
function sharedFields({ to, subject, language }: LetterMail): string {
  const key = JSON.stringify([to.name, to.address, language, subject]);
  let fields = shared.get(key);
  if (fields === undefined) {
    if (!/^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(language)) {
      throw new AppError('invalid', 'The language of this letter is no tag such as ja, en or zh-Hant.');
    }
    fields =
      mailboxField('To', cleanName(to.name), addrSpec(to.address)) +
      textField('Subject', subject) +
      `MIME-Version: 1.0\r\nContent-Language: ${language}\r\n`;
    if (shared.size >= 500) shared.clear();
    shared.set(key, fields);
  }
  return fields;
}

/** The end of a part's header, and the part. */
function encodedBody(text: string, opening?: string): string {
  return `Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(text, opening)}`;
}

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const dotAtom = new RegExp(`^${atom}(?:\\.${atom})*$`);
const quotedString = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;

/**
 * The address as an addr-spec (RFC 5322 §3.4.1), its domain in A-labels. Japanese mobile carriers have given out
 * local parts such as `mamoru..j.` that are valid only when quoted.
 */
export function addrSpec(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const domain = asciiDomain(address.slice(at + 1));
  if (domain === undefined || !/^[\x20-\x7e]+$/.test(local) || address.length > 320) {
    throw new AppError(
      'invalid',
      'An address of this letter cannot stand in a mail: use one such as name@example.org.',
    );
  }
  if (dotAtom.test(local) || quotedString.test(local)) return `${local}@${domain}`;
  return `"${local.replace(/["\\]/g, '\\$&')}"@${domain}`;
}
