/** The envelope of a mail that lies in a mailbox, as its delivery agent wrote it into the fields on top. */

import { headerFields } from '../header-fields.ts';

interface Envelope {
  /** Addresses it may have come to, the surest first. */
  recipients: readonly string[];
  nullSender: boolean;
}

/**
 * Fields that hold the envelope recipient: Postfix, qmail and Dovecot, Exim, others. `To` comes last: a forwarder that
 * rewrites the sender (SRS) leaves another address there. Anybody may write these fields; only the signature in the
 * address is believed.
 */
const recipientFields = [
  'x-original-to',
  'delivered-to',
  'envelope-to',
  'x-envelope-to',
  'x-delivered-to',
  'received',
  'to',
  'cc',
];

const address = /[^\s<>"'(),:;@]{1,64}@[^\s<>"'(),:;@]{1,255}/g;

/** `… for <address>; date`: where a server before the mailbox had it, and an alias changed the rest. */
function forWhom(received: string): string[] {
  return /\sfor\s{1,8}<?([^\s<>;@]{1,64}@[^\s<>;@]{1,255})>?;?\s/.exec(received)?.slice(1) ?? [];
}

/** Reads the envelope out of the header of a mail. */
export function envelopeOfMail(raw: Buffer): Envelope {
  const fields = headerFields(raw);
  const recipients = recipientFields.flatMap((name) =>
    (fields.get(name) ?? []).flatMap((value) => (name === 'received' ? forWhom(value) : (value.match(address) ?? []))),
  );
  const [returnPath] = fields.get('return-path') ?? [];
  return {
    recipients: [...new Set(recipients)],
    // RFC 5321 §4.4: who delivers for good writes the envelope sender there. Without it, a report tells by its form.
    nullSender: returnPath
      ? !returnPath.includes('@')
      : /multipart\/report/i.test(fields.get('content-type')?.[0] ?? ''),
  };
}
