/** What DKIM signs (RFC 6376 §3.4, §3.7): relaxed header fields, and the hash of the relaxed body. */
import { hash } from 'node:crypto';
import { AppError } from '../errors.ts';

/** A header field as it stands in the message, without its last CRLF. Latin-1, so that every byte survives. */
export interface HeaderField {
  /** Lower-case. */
  name: string;
  /** Name, colon and value, folds included. */
  raw: string;
}

/** A line end that a client on the way would turn into CRLF, and that would break the signature without a word. */
const bareLineEnd = /(?<!\r)\n|\r(?!\n)/;

/** Takes a message apart. Throws `AppError('invalid')` unless all its lines end in CRLF. */
export function splitMessage(message: Buffer): { fields: HeaderField[]; body: Buffer } {
  const text = message.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0 || bareLineEnd.test(text)) {
    throw new AppError('invalid', 'A message to sign needs a header and a body, and CRLF at the end of every line.');
  }
  const fields = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((raw) => ({ name: nameOf(raw), raw }));
  return { fields, body: message.subarray(end + 4) };
}

/** The bytes under the signature: the chosen fields, then the DKIM-Signature with an empty `b=` and no CRLF. */
export function signingInput(chosen: readonly HeaderField[], unsigned: string): Buffer {
  const lines = chosen.map(({ raw }) => `${relaxedField(raw)}\r\n`);
  return Buffer.from(lines.join('') + relaxedField(unsigned), 'latin1');
}

/**
 * The fields that an `h=` list means: of several with one name the last comes first, and a name that is listed more
 * often than it occurs adds nothing (§5.4.2).
 */
export function fieldsOf(names: readonly string[], fields: readonly HeaderField[]): HeaderField[] {
  const rest = [...fields];
  return names.flatMap((name) => {
    const index = rest.findLastIndex((field) => field.name === name);
    return index < 0 ? [] : rest.splice(index, 1);
  });
}

/** base64 of the SHA-256 over the relaxed body (§3.4.4): white space reduced, empty lines at the end cut off. */
export function bodyHash(body: Buffer): string {
  // Our own bodies are base64, hence canonical but for their end: they are hashed where they lie.
  const canonical = !body.includes('\t') && !body.includes('  ') && !body.includes(' \r\n') && body.at(-1) !== 0x20;
  const lines = canonical ? body : Buffer.from(relaxedLines(body.toString('latin1')), 'latin1');
  let end = lines.length;
  while (end >= 2 && lines[end - 1] === 0x0a) end -= 2;
  if (end === 0) return hash('sha256', '', 'base64');
  const closed = end < lines.length ? lines.subarray(0, end + 2) : Buffer.concat([lines, Buffer.from('\r\n')]);
  return hash('sha256', closed, 'base64');
}

/** Lower-case name, unfolded value, runs of white space as one space, none around the colon (§3.4.2). */
function relaxedField(raw: string): string {
  const value = raw
    .slice(raw.indexOf(':') + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ');
  return `${nameOf(raw)}:${value.replace(/^ /, '').replace(/ $/, '')}`;
}

function nameOf(raw: string): string {
  return raw
    .slice(0, Math.max(raw.indexOf(':'), 0))
    .trimEnd()
    .toLowerCase();
}

function relaxedLines(body: string): string {
  return body
    .replace(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n')
    .replace(/ $/, '');
}
