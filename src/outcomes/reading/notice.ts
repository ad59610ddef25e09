/** What a report says in its own words, and the head of the mail it returns. */
import { allParts, readHeaders, type Headers, type Part } from './mime.ts';
import { textOf } from './part-text.ts';

export interface Notice {
  /** The words of the reporter alone, without the letter it quotes. */
  readonly words: string;
  /** Header of the returned letter, where it came along. */
  readonly returned: Headers | undefined;
}

/** More words than these no report needs for what it has to say. */
const mostWords = 24_000;
const mostHeader = 16_000;

const returnedType = /^(?:message\/(?:global|rfc822)(?:-headers)?|text\/rfc822-headers?|message\/partial)$/;
const returnedDescription = /undelivered|returned|original|unsent/i;

/** Finds the words, and where they end and the returned letter begins; each when it is first asked for. */
export function readNotice(mail: Part): Notice {
  const said = once(() => {
    const all = wordsOf(mail).slice(0, mostWords);
    return { all, end: endOfWords(all) };
  });
  const returned = once(() => {
    const attached = [...allParts(mail)].find((part) => part.parts.length === 0 && isReturned(part));
    if (attached) return headOf(attached.body);
    const { all, end } = said();
    return end < all.length ? headOf(all.slice(firstField(all, end))) : undefined;
  });
  return {
    get words() {
      const { all, end } = said();
      return all.slice(0, end);
    },
    get returned() {
      return returned();
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function headOf(letter: string): Headers {
  const [head = ''] = letter.slice(0, mostHeader).trimStart().split('\n\n', 1);
  return readHeaders(head);
}

function isReturned(part: Part): boolean {
  return returnedType.test(part.type) || returnedDescription.test(part.headers.get('content-description')?.[0] ?? '');
}

/** Text of all leaves that are the reporter's; of alternatives the plain one. */
function wordsOf(part: Part): string {
  if (isReturned(part)) return '';
  if (part.parts.length === 0) return isWords(part) ? textOf(part) : '';
  if (part.type === 'multipart/alternative') {
    const plain = part.parts.find((inner) => inner.type === 'text/plain');
    const words = plain ? textOf(plain) : '';
    if (words.trim() !== '') return words;
  }
  let words = '';
  for (const inner of part.parts) {
    words += `${wordsOf(inner)}\n`;
    if (words.length > mostWords || isReturned(inner)) break;
  }
  return words;
}

/** Some call their words a delivery status too. */
function isWords({ type, body }: Part): boolean {
  if (type === 'message/delivery-status') return !/^(?:final|original)-recipient\s?:/im.test(body.slice(0, 4_000));
  return type === 'text/plain' || type === 'text/html' || type.startsWith('multipart/');
}

/** Lines that say: from here on it is your letter. */
const marker =
  /^[\s>|]{0,8}(?:[-=_*#+~]{2,60}[^\n]{0,40}\b(?:original|returned|unsent|undelivered|copy of (?:the|your|this)|is a copy|message (?:text |header )?follows|mail follows|text follows|headers? follow|header of|forwarded|message header|message details|message content)\b|(?:included is|here is|below is|this is|the following is|attached is) (?:a copy of|the (?:first|beginning)|your (?:original )?message)|(?:the )?(?:original|unsent|returned) (?:message|mail)(?: headers?| follows| below| text)?\s{0,3}[:.]?\s*$|your (?:original )?message follows|(?:the )?(?:header|text|body|first \d+ (?:lines|bytes)) of (?:the|your) (?:original )?(?:message|mail)|message header follows|start of returned message)/i;

const field =
  /^[>|\s]{0,3}(?:received|return-path|message-id|mime-version|x-[a-z-]{2,40}|from|date|to|subject|delivered-to|dkim-signature|arc-seal|content-type|reply-to|sender)\s?:/i;

/** Where the reporter's words end. */
function endOfWords(words: string): number {
  let at = 0;
  let said = 0;
  const lines = words.split('\n');
  for (const [index, line] of lines.entries()) {
    // What begins with it has said nothing yet: then it is a title.
    if (said > 20 && marker.test(line)) return at;
    if (said > 20 && field.test(line) && !/^\s/.test(line) && isHeader(lines, index)) return at;
    said += line.trim().length;
    at += line.length + 1;
  }
  return words.length;
}

/** Three fields close together are the head of a mail. */
function isHeader(lines: readonly string[], from: number): boolean {
  let fields = 0;
  for (const line of lines.slice(from, from + 12)) {
    if (line.trim() === '') break;
    if (field.test(line)) fields += 1;
  }
  return fields >= 3;
}

/** Where the first field is that stands after the words. */
function firstField(text: string, from: number): number {
  let at = from;
  for (const line of text.slice(from, from + mostHeader).split('\n')) {
    if (field.test(line)) return at;
    at += line.length + 1;
  }
  return text.length;
}
