/** Says in plain words what a reply is, whose failure it was, which rule decided and what todoke does then. */
import { parseQuotedReply } from '../outbox/smtp-reply.ts';
import type { ReplyContext } from './classify-reply.ts';
import { classifyReport } from './classify-report.ts';
import type { ReportedRecipient } from './delivery-status.ts';
import type { Attribution, OutcomeClass } from './outcome.ts';
import { replyRules } from './reply-rules.ts';

const whatItIs: Readonly<Record<OutcomeClass, string>> = {
  delivered: 'a server took the letter',
  'dead-mailbox': 'the mailbox, its user or its domain does not exist',
  'target-block': 'the target refuses this letter or its sender',
  content: 'the words of this letter offend a filter of the target',
  'mailbox-full': "the target's mailbox is full",
  'sender-auth': "the signer's domain forbids others to send in its name",
  'our-config': 'something in our own set-up was refused (authentication, name, encryption, relaying)',
  'our-reputation': 'our address or domain is on a list of bad senders',
  rate: 'we were too fast for this server',
  greylist: 'the server asks a new sender to come again (greylisting)',
  network: 'there was no conversation: name lookup, connection or time-out',
  transient: 'passing trouble at the other side',
  protocol: 'the form of our mail was refused (size, headers, commands)',
  delayed: 'the letter still waits on its way',
  'auto-reply': 'an automatic answer',
  'human-answer': 'an answer written by a person',
  complaint: 'a complaint: somebody marked the letter as spam',
  unknown: 'no rule knows these words',
};

const whoseFailure: Readonly<Record<Attribution | 'nobody', string>> = {
  signer: "the signer's own mail domain; it says nothing about the target",
  ours: 'ours; it says nothing about the target',
  passing: "nobody's; it passes",
  dead: "the target's address is dead; it counts against the target",
  blocked: 'the target said no; it counts against the target',
  full: "the target's mailbox; it counts against the target while it lasts",
  nobody: 'not known; it counts against nobody',
};

const whatFollows: Readonly<Record<Attribution | 'nobody', string>> = {
  signer: 'send this one letter again with our address in From and the signer in Reply-To',
  ours: 'tell the operators, hold the sending site until it is mended, and send the letter again then',
  passing: 'send the letter again later',
  dead: 'lay the letter aside for the petition and ask staff for an address that works',
  blocked:
    'lay the letter aside for the petition; letters of several signer domains refused like this close the mail channel',
  full: 'slow down for this target and send the letter again later; when it stays full, the names go on paper',
  nobody: 'send the letter again later and list the reply for review; it is never taken for final',
};

/**
 * Explains one reply to a person at a terminal.
 *
 * @param said the reply as a line (codes and words, one line or many), or what a report says of one recipient
 * @param context who stood in From, as for `classifyReply`
 * @returns a few lines of text that end with what todoke would do
 */
export function explainReply(
  said: string | Pick<ReportedRecipient, 'evidence' | 'more'>,
  context: ReplyContext,
): string {
  const recipient =
    typeof said === 'string' ? { evidence: { ...parseQuotedReply(said, 'dot'), stage: 'async' as const } } : said;
  const { evidence } = recipient;
  const found = classifyReport(recipient, context);
  const whose = found.attribution ?? 'nobody';
  const rule = replyRules.find(({ id }) => id === found.rule);
  const codes = [evidence.code, evidence.enhanced].filter((code) => code !== undefined).join(' ');
  const follows =
    found.class === 'delivered'
      ? 'wait for a bounce, then call the letter delivered'
      : found.retryAfter === undefined
        ? whatFollows[whose]
        : `${whatFollows[whose]}, in ${inWords(found.retryAfter)} as the words ask`;
  return [
    `Said:     ${[codes, evidence.text].filter((part) => part !== '').join(' ') || '(nothing)'}`,
    `It is:    ${whatItIs[found.class]} (${found.class}).`,
    `Failure:  ${found.class === 'delivered' ? 'none' : whoseFailure[whose]} (${found.attribution ?? 'no attribution'}).`,
    rule
      ? `Rule:     ${rule.id}, learnt from "${rule.example.replaceAll('\n', ' ')}" (${rule.source}).`
      : `Rule:     none; teach it in src/outcomes/reply-rules/.`,
    `todoke:   would ${follows}.`,
  ].join('\n');
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
}
