/** The words of a part: its transfer encoding, its character set and its markup taken off. */
import { TextDecoder } from 'node:util';
import type { Part } from './mime.ts';

/** More of one part is never read: a report says what it says at its start. */
const mostCharacters = 64 * 1024;

/** Text of a leaf. Never fails: what cannot be decoded comes as it is. */
export function textOf(part: Part): string {
  const encoding = part.headers.get('content-transfer-encoding')?.[0]?.trim().toLowerCase() ?? '';
  const encoded = part.body.slice(0, mostCharacters);
  const bytes =
    encoding === 'base64'
      ? Buffer.from(encoded, 'base64').toString('latin1')
      : encoding === 'quoted-printable'
        ? fromQuotedPrintable(encoded)
        : encoded;
  const text = inCharset(bytes, part.params.get('charset')?.toLowerCase() ?? '');
  return part.type === 'text/html' ? fromHtml(text) : text;
}

function fromQuotedPrintable(text: string): string {
  if (!text.includes('=')) return text;
  return text
    .replaceAll(/=[ \t]{0,10}\n/g, '')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const decoders = new Map<string, TextDecoder | undefined>();

function decoderOf(label: string): TextDecoder | undefined {
  if (!decoders.has(label)) {
    if (decoders.size > 100) decoders.clear();
    try {
      decoders.set(label, new TextDecoder(label));
    } catch {
      decoders.set(label, undefined);
    }
  }
  return decoders.get(label);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `bytes` has one character for each byte. An unknown or absent name is taken for UTF-8, and else for Latin-1. */
function inCharset(bytes: string, charset: string): string {
  // The escapes of ISO-2022-JP are ASCII; everything else beyond ASCII shows itself.
  const isPlain = !/[^\0-\x7f]/.test(bytes);
  if (isPlain && !bytes.includes('\u001b')) return bytes;
  const named = charset === '' || charset === 'us-ascii' || charset === 'utf-8' ? undefined : decoderOf(charset);
  const buffer = Buffer.from(bytes, 'latin1');
  if (named) return named.decode(buffer);
  if (bytes.includes('\u001b$')) return decoderOf('iso-2022-jp')?.decode(buffer) ?? bytes;
  try {
    return utf8.decode(buffer);
  } catch {
    return bytes;
  }
}

const breaks = /^\/?(?:br|p|div|tr|li|h[1-6]|table|pre|hr|td)\b/i;
const entities: Readonly<Record<string, string>> = {
  nbsp: ' ',
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  rsquo: "'",
};

/** The words of a page, its blocks on lines of their own. In one walk: no input makes it slow. */
export function fromHtml(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) return text + unescape(html.slice(at));
    text += unescape(html.slice(at, open).replaceAll('\n', ' '));
    const close = html.indexOf('>', open);
    if (close < 0) return text;
    const tag = html.slice(open + 1, Math.min(close, open + 20));
    at = close + 1;
    const hidden = /^(?:style|script|title)\b/i.exec(tag)?.[0].toLowerCase();
    if (hidden !== undefined) {
      const end = lower.indexOf(`</${hidden}`, at);
      at = end < 0 ? html.length : end;
    } else if (breaks.test(tag)) text += '\n';
    // An address in angle brackets that somebody forgot to escape.
    else if (/^[^\s/]{1,18}@/.test(tag)) text += html.slice(open, close + 1);
  }
  return text;
}

function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,6})|([a-z]{2,6}));/gi,
    (all, number: string | undefined, name: string | undefined) =>
      number === undefined
        ? (entities[name?.toLowerCase() ?? ''] ?? all)
        : String.fromCodePoint(Math.min(Number(number), 0x10ffff)),
  );
}
