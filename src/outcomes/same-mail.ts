/** What makes two copies of one mail the same: everything but the fields that each stop on its way adds. */
import { createHash } from 'node:crypto';

/** Written by servers, filters and mailboxes on the way (RFC 5321 §4.4, RFC 8601, RFC 8617): each copy has its own. */
const trace =
  /^(?:return-path|received|received-spf|delivered-to|envelope-to|x-[^:]{0,80}|authentication-results|arc-[^:]{0,80}|dkim-signature|status)\s{0,8}:/i;

/**
 * Digest of a mail without its trace. The same report may come by SMTP and lie in a mailbox as well, or be handed in
 * twice by a relay that lost our answer: it is still one.
 */
export function digestOfMail(raw: Buffer): string {
  const text = raw.toString('latin1').replaceAll('\r\n', '\n');
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const fields = head.split(/\n(?![ \t])/).filter((field) => !trace.test(field));
  const body = end < 0 ? '' : text.slice(end).trimEnd();
  return createHash('sha256')
    .update(fields.join('\n').trimEnd() + body, 'latin1')
    .digest('base64url');
}
