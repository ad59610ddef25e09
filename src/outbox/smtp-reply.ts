/** Reads what a server said: code, enhanced code and words, from a raw reply or from a text that quotes one. */
import type { SmtpReply, SmtpStage } from './verdict.ts';

/** More of a reply than this is never kept: rows, cache keys and rules stay small. */
export const replyTextLimit = 1_000;

/** Read at most this much of what a server sends before folding it; a reply line has 512 octets (RFC 5321 §4.5.3.1.5). */
const rawLimit = 8_000;

const replyLine = /^\s{0,8}([2-5]\d\d)(?:([- ])|$)/;
const enhancedCode = /^\s{0,8}([245]\.\d{1,3}\.\d{1,3})(?![\d.])[:,;]?\s?/;
/** A continuation that lost its line break on the way, as in a folded Diagnostic-Code: ` 550-5.1.1 `. */
const inlineRepeat = /\s([2-5]\d\d)([- ])(?:([245]\.\d{1,3}\.\d{1,3})(?![\d.])\s?)?/g;

/** Folds white space and control characters (a reply must not break a log line), cuts, keeps surrogate pairs whole. */
function fold(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed here
  const folded = text.replaceAll(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
  return folded.length > replyTextLimit ? folded.slice(0, replyTextLimit).toWellFormed().trim() : folded;
}

/**
 * Reads a raw SMTP reply, one or many lines (RFC 5321 §4.2.1), with or without an enhanced status code
 * (RFC 2034). Never throws: what is no reply becomes a reply without a code that keeps its words.
 */
export function parseReply(raw: string, stage: SmtpStage): SmtpReply {
  let code: string | undefined;
  let enhanced: string | undefined;
  let continues = false;
  const words: string[] = [];
  for (const line of raw.slice(0, rawLimit).split(/\r?\n/)) {
    let rest = line;
    const start = replyLine.exec(rest);
    if (start && (code === undefined ? words.length === 0 : start[1] === code)) {
      code ??= start[1];
      continues ||= start[2] === '-';
      rest = rest.slice(start[0].length);
    }
    const status = enhancedCode.exec(rest);
    if (status && (enhanced === undefined ? words.length === 0 || start !== null : status[1] === enhanced)) {
      enhanced ??= status[1];
      rest = rest.slice(status[0].length);
    }
    if (rest.trim() !== '') words.push(rest);
  }
  const text = words
    .join(' ')
    .replaceAll(inlineRepeat, (all, again: string, separator: string, status: string | undefined) => {
      const isContinuation = separator === '-' || continues || (status !== undefined && status === enhanced);
      if (again !== code || !isContinuation || (status !== undefined && status !== (enhanced ??= status))) return all;
      return ' ';
    });
  return { stage, code: code === undefined ? undefined : Number(code), enhanced, text: fold(text) };
}

const quoted =
  /\b(?:said|says|respond(?:ed|s)|response|reply|replied|answer(?:ed)?|error|returned|status|failed)\b[^\d\n]{0,40}([45]\d\d[ -])/i;
const codePair = /(?:^|[\s#<("'[;:,])([45]\d\d)[ #-]([45]\.\d{1,3}\.\d{1,3})(?![\d.])/;

/**
 * Reads a text that may quote a reply somewhere inside, such as `host mx.example[192.0.2.1] said: 550 5.1.1 User
 * unknown (in reply to RCPT TO command)`. Without a quoted reply the whole text is kept, and the code stays open.
 */
export function parseQuotedReply(text: string, stage: SmtpStage): SmtpReply {
  const whole = text.slice(0, rawLimit).trim();
  if (replyLine.test(whole)) return parseReply(whole, stage);
  const said = quoted.exec(whole);
  if (said?.[1] !== undefined) return parseReply(whole.slice(said.index + said[0].length - said[1].length), stage);
  const pair = codePair.exec(whole);
  const reply = parseReply(whole, stage);
  if (pair?.[1] === undefined) return reply;
  return { ...reply, code: Number(pair[1]), enhanced: pair[2] };
}
