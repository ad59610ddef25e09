/**
 * The parts of a mail (RFC 2045, RFC 2046) as offsets of one text: enough to read a report, quick, and unable to fail.
 * Whatever is broken becomes a leaf of text.
 */

/** Names in lower case, each with its values in order, unfolded. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export interface Part {
  headers: Headers;
  /** Lower-case, such as `text/plain`. */
  type: string;
  /** Parameters of the Content-Type, names in lower case. */
  params: ReadonlyMap<string, string>;
  /** What follows the header, still encoded: one character for each byte, lines end in LF. */
  body: string;
  /** Parts of a multipart. What lies in a returned message is not taken apart: its words are not the reporter's. */
  parts: readonly Part[];
}

/** Parts inside parts; a report has three levels. */
const deepest = 20;
const mostParts = 200;
const mostHeaderBytes = 64 * 1024;

/** Takes a mail apart. */
export function readMime(raw: Buffer): Part {
  const text = raw.toString('latin1');
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  // Mailbox files put a line before each mail.
  const start = /^(?:>?From [^\n]*\n|\n){0,5}/.exec(lines)?.[0].length ?? 0;
  return readPart(lines.slice(start), { parts: 0 }, 0);
}

function readPart(text: string, count: { parts: number }, depth: number): Part {
  count.parts += 1;
  const end = headerEnd(text);
  const headers = readHeaders(text.slice(0, Math.min(end, mostHeaderBytes)));
  const { type, params } = readType(headers.get('content-type')?.[0]);
  const body = text.slice(end + 1);
  const boundary = type.startsWith('multipart/') ? params.get('boundary') : undefined;
  const parts: Part[] = [];
  if (boundary !== undefined && boundary !== '' && depth < deepest) {
    for (const piece of piecesBetween(body, `--${boundary}`)) {
      if (count.parts >= mostParts) break;
      parts.push(readPart(piece, count, depth + 1));
    }
  }
  return { headers, type, params, body, parts };
}

/** Where the empty line is; a text that begins with one has no header. */
function headerEnd(text: string): number {
  if (text.startsWith('\n')) return 0;
  const end = text.indexOf('\n\n');
  return end < 0 ? text.length : end + 1;
}

/** Long, many, and never asked for: the stamps of servers on the way. */
const stamp = /^(?:received|arc-|dkim-|x-ms-|x-forefront|x-microsoft|authentication-results)/i;

/** The fields of a header (RFC 5322 §2.2) but stamps; lines that are none are passed over. */
export function readHeaders(text: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  let values: string[] | undefined;
  for (let at = 0, end: number; at < text.length; at = end + 1) {
    end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const first = text.charCodeAt(at);
    const isFolded = first === 0x20 || first === 0x09;
    // A parameter may have lost its indentation.
    if (isFolded || (values?.at(-1)?.endsWith(';') && /^[a-z-]{1,20}=/i.test(text.slice(at, at + 24)))) {
      if (values && values.length > 0) values.push(`${values.pop()} ${text.slice(at, end).trim()}`);
      continue;
    }
    const colon = text.indexOf(':', at);
    if (colon <= at || colon > end || colon - at > 80) continue;
    const name = text.slice(at, colon).trimEnd();
    if (/[^!-~]/.test(name)) continue;
    if (stamp.test(name)) {
      values = undefined;
      continue;
    }
    const key = name.toLowerCase();
    values = headers.get(key);
    if (!values) headers.set(key, (values = []));
    values.push(text.slice(colon + 1, end).trim());
  }
  return headers;
}

const parameter = /;\s{0,20}([a-z0-9*-]{1,40})\s{0,5}=\s{0,5}(?:"([^"]{0,300})"|([^\s;"]{1,300}))/gi;

function readType(value: string | undefined): { type: string; params: Map<string, string> } {
  const params = new Map<string, string>();
  if (value === undefined) return { type: 'text/plain', params };
  const short = value.slice(0, 2_000);
  for (const [, name = '', quoted, bare] of short.matchAll(parameter))
    params.set(name.toLowerCase(), quoted ?? bare ?? '');
  const type = /^\s*([a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,80})/i.exec(short)?.[1]?.toLowerCase();
  return { type: type ?? 'text/plain', params };
}

/** What stands between the delimiter lines (RFC 2046 §5.1.1); without the last of them, up to the end. */
function* piecesBetween(body: string, delimiter: string): Generator<string> {
  let from = -1;
  for (let at = nextLine(body, delimiter, 0); at >= 0; at = nextLine(body, delimiter, at + delimiter.length)) {
    if (from >= 0) yield body.slice(from, Math.max(from, at - 1));
    const rest = body.indexOf('\n', at);
    if (body.startsWith('--', at + delimiter.length) || rest < 0) return;
    from = rest + 1;
  }
  if (from >= 0) yield body.slice(from);
}

/** Where a line begins that is the delimiter, and not the beginning of a longer one. */
function nextLine(body: string, delimiter: string, from: number): number {
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    const isStart = at === 0 || body[at - 1] === '\n';
    if (isStart && /^(?:--)?[ \t]*(?:\n|$)/.test(body.slice(at + delimiter.length, at + delimiter.length + 40)))
      return at;
  }
  return -1;
}

/** All parts, outer before inner. */
export function* allParts(part: Part): Generator<Part> {
  yield part;
  for (const inner of part.parts) yield* allParts(inner);
}
