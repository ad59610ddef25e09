/** The text of a letter in base64 (RFC 2045 §6.8). What many letters begin with is encoded once. */
import { transcode } from 'node:buffer';

/** They fill a line of 76 columns. */
const bytesPerLine = 57;

interface Opening {
  lines: string;
  /** The bytes that the last line has no end for yet. */
  carried: Buffer;
}

const openings = new Map<string, Opening>();
/** Of each text of a campaign to a target there are two. */
const mostOpenings = 500;

/**
 * Lines of base64 over `text` with CRLF line ends, each of at most 76 columns and with its CRLF. `opening` is what
 * `text` begins with and other texts do too; it changes nothing but the time this takes.
 */
export function base64Lines(text: string, opening = ''): string {
  // Neither a CRLF nor a character of two halves may be cut in two.
  if (opening === '' || /[\r\ud800-\udbff]$/.test(opening)) return linesOf(encode(text));
  const { lines, carried } = openingOf(opening);
  return lines + linesOf(Buffer.concat([carried, encode(text.slice(opening.length))]));
}

function openingOf(opening: string): Opening {
  const known = openings.get(opening);
  if (known) return known;
  const bytes = encode(opening);
  const whole = bytes.length - (bytes.length % bytesPerLine);
  const made = { lines: linesOf(bytes.subarray(0, whole)), carried: bytes.subarray(whole) };
  if (openings.size >= mostOpenings) openings.clear();
  openings.set(opening, made);
  return made;
}

function linesOf(bytes: Buffer): string {
  const encoded = bytes.toString('base64');
  let lines = '';
  for (let at = 0; at < encoded.length; at += 76) lines += `${encoded.slice(at, at + 76)}\r\n`;
  return lines;
}

/** UTF-8 with CRLF line ends. For text beyond Latin-1, `transcode` needs less than half the time of `Buffer.from`. */
function encode(text: string): Buffer {
  const lines = text.includes('\r') ? text.replace(/\r\n?|\n/g, '\r\n') : text.replaceAll('\n', '\r\n');
  if (!/[^\0-\xff]/.test(lines)) return Buffer.from(lines, 'utf8');
  try {
    return transcode(Buffer.from(lines, 'utf16le'), 'utf16le', 'utf8');
  } catch {
    return Buffer.from(lines, 'utf8'); // half a surrogate pair, which this turns into U+FFFD
  }
}
