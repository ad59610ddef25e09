/** Replies about the form of what we sent: its size, its headers, its commands. A bug of ours, not a refusal. */
import { permanent, type ReplyRule } from './rule.ts';

export const sizeRules: readonly ReplyRule[] = [
  {
    id: 'too-large',
    code: permanent,
    phrase:
      /\b(?:message|mail|e-?mail|file|content|attachment|header|data|line|body)(?:'s)?\b.{0,25}\b(?:size|length|too (?:large|big))|too (?:large|big)\b|exceed(?:s|ed)?\b.{0,40}\b(?:size|length)|size limit|number of attachments/,
    class: 'protocol',
    attribution: 'ours',
    example: '552 5.3.4 Message size exceeds fixed limit',
    source: 'Postfix message_size_limit, RFC 1870',
  },
];

export const formRules: readonly ReplyRule[] = [
  {
    id: 'letter-form',
    phrase:
      /multiple addresses in from|(?:missing|duplicate|multiple|invalid|malformed|bad|illegal|disallowed|having no|no valid)\b.{0,40}\b(?:headers?|from:|message-id)|no resent-from|address in the from: header|rfc ?-?(?:2822|5322|822)\b|encoded-word|unicode character|malformed(?! (?:recipient )?address)|bare (?:lf|cr|newline)|not (?:rfc )?compliant|\b8-?bit|smtputf8|non-ascii|(?:line|header) (?:is )?too long|\bmime (?:error|format|structure)/,
    class: 'protocol',
    attribution: 'ours',
    example: '550-5.7.1 Messages with multiple addresses in From: header are not\n550 5.7.1 accepted.',
    source: 'Gmail SMTP errors and codes, RFC 5322',
  },
  {
    id: 'command-form',
    phrase:
      /malformed (?:recipient )?address|incorrectly constructed|syntax error|command (?:not|unrecogni[sz]ed|unknown|rejected|out of)|(?:unrecogni[sz]ed|unknown|invalid|unexpected) (?:command|argument|parameter)|bad sequence|sequence of commands|out of sequence|not implemented|protocol (?:error|violation)|improper (?:use|command)|pipelin/,
    class: 'protocol',
    attribution: 'ours',
    example: '503 5.5.1 Bad sequence of commands',
    source: 'RFC 5321 §4.2.2',
  },
];
