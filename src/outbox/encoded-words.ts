/** Header fields out of any text: encoded-words (RFC 2047) where needed, folded, and no way to inject a line. */

/** RFC 2047 §2 allows 76 columns for a line that holds an encoded-word, and 75 for the word. */
const width = 76;
const prefix = '=?UTF-8?B?';
const suffix = '?=';

const printableAscii = /^[\x20-\x7e]*$/;

/** Joins the tokens with single spaces, and with CRLF before a space where a line would grow past 76 columns. */
function headerField(name: string, tokens: readonly string[]): string {
  let field = `${name}:`;
  let column = field.length;
  for (const [index, token] of tokens.entries()) {
    if (index > 0 && column + 1 + token.length > width) {
      field += '\r\n';
      column = 0;
    }
    field += ` ${token}`;
    column += 1 + token.length;
  }
  return `${field}\r\n`;
}

/** An unstructured field such as Subject. Control characters become spaces, runs of ASCII spaces one. */
export function textField(name: string, text: string): string {
  const clean = text.replace(/[\p{Cc}\u2028\u2029 ]+/gu, ' ').trim();
  return headerField(name, asciiTokens(clean, clean, name) ?? encodedWords(clean, name));
}

/**
 * A field with one mailbox, such as To: the display name as a quoted-string or as encoded-words (RFC 5322 §3.4,
 * RFC 2047 §5 rule 3), then the address, which must be a checked addr-spec.
 */
export function mailboxField(name: string, displayName: string, address: string): string {
  if (displayName === '') return headerField(name, [address]);
  const quoted = `"${displayName.replace(/["\\]/g, '\\$&')}"`;
  return headerField(name, [
    ...(asciiTokens(displayName, quoted, name) ?? encodedWords(displayName, name)),
    `<${address}>`,
  ]);
}

/**
 * The words as they are, or undefined when they need encoding: not ASCII, a word too long to fold, or something that
 * a reader would take for an encoded-word, which would let a signer write what we have stripped.
 */
function asciiTokens(text: string, written: string, name: string): string[] | undefined {
  if (!printableAscii.test(text) || text.includes('=?')) return undefined;
  const tokens = written.split(' ');
  const longest = Math.max(...tokens.map((token) => token.length));
  return longest <= width - name.length - 2 ? tokens : undefined;
}

/** B-encoded words, each of whole characters (RFC 2047 §5); the first leaves room for the field name. */
function encodedWords(text: string, name: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const words: string[] = [];
  let room = width - name.length - 2;
  for (let start = 0, end: number; start < bytes.length; start = end, room = width - 1) {
    end = Math.min(start + Math.floor((room - prefix.length - suffix.length) / 4) * 3, bytes.length);
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1; // not inside a UTF-8 sequence
    words.push(prefix + bytes.toString('base64', start, end) + suffix);
  }
  return words;
}
