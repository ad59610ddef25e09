/** Turns the words of a server into what happened and whose failure it was, by the first rule that knows them. */
import { replyTextLimit } from '../outbox/smtp-reply.ts';
import { namedWait } from './named-wait.ts';
import { normaliseReply, type NormalReply } from './normalise-reply.ts';
import type { Attribution, Classification, Evidence } from './outcome.ts';
import { replyRules, unknownRule, type ReplyRule } from './reply-rules.ts';

/** Who stood in From, and the domains that tell an authentication failure of the signer's from one of ours. */
export interface ReplyContext {
  identity: 'from' | 'reply-to';
  /** Domain of the organisation: it and everything below it is ours. */
  senderDomain: string;
  signerDomain?: string | undefined;
}

/** Postfix and Exim name the command a report's reply answered; the stage tells a dead mailbox from a refused sender. */
const answered =
  /(?:\(in reply to|remote (?:mail server|mailer|server) after) (end of data|initial connection|[a-z]{4,8})/i;
const stageOf: Readonly<Record<string, Evidence['stage']>> = {
  helo: 'ehlo',
  ehlo: 'ehlo',
  starttls: 'starttls',
  auth: 'auth',
  mail: 'mail',
  rcpt: 'rcpt',
  data: 'data',
  'end of data': 'dot',
  'initial connection': 'banner',
};

function stageIn({ stage, text }: Evidence): Evidence['stage'] {
  if (stage !== 'async') return stage;
  return stageOf[answered.exec(text)?.[1]?.toLowerCase() ?? ''] ?? 'async';
}

/** The server's code; without one, the first digit of the enhanced code stands in for it. */
function codeIn({ code, enhanced }: Evidence): string {
  if (code !== undefined) return String(code);
  return enhanced?.charAt(0) ?? '';
}

/**
 * Classifies one reply, or one local error, or one line of a report.
 *
 * Total and pure: every input has an answer, and what no rule knows is `unknown` without attribution. Only the
 * first 1,000 characters of the words count. The caller decides about `action: delayed` and success reports.
 *
 * @param evidence the words and where they were said
 * @param context who stood in From, for authentication failures
 * @param rules all of them, unless somebody asks what the others would have said
 */
export function classifyReply(
  evidence: Evidence,
  context: ReplyContext,
  rules: readonly ReplyRule[] = replyRules,
): Classification {
  const stage = stageIn(evidence);
  const code = codeIn(evidence);
  const enhanced = evidence.enhanced ?? '';
  const reply = { stage, code, enhanced, ...normaliseReply(evidence.text) };
  const rule = rules === replyRules ? remembered(reply) : firstOf(rules, reply);
  if (!rule) return { class: 'unknown', attribution: undefined, rule: unknownRule, retryAfter: undefined };
  const attribution = attribute(rule, evidence.text, context);
  return {
    class: rule.class === 'sender-auth' && attribution === 'ours' ? 'our-config' : rule.class,
    attribution,
    rule: rule.id,
    retryAfter: code.startsWith('4') || attribution === 'passing' ? namedWait(evidence.text) : undefined,
  };
}

interface Asked extends NormalReply {
  stage: Evidence['stage'];
  code: string;
  enhanced: string;
}

function firstOf(rules: readonly ReplyRule[], { stage, code, enhanced, words, links }: Asked): ReplyRule | undefined {
  return rules.find(
    (candidate) =>
      (candidate.stages?.includes(stage) ?? true) &&
      (candidate.code?.test(code) ?? true) &&
      (candidate.enhanced?.test(enhanced) ?? true) &&
      (candidate.phrase?.test(words) ?? true) &&
      (candidate.link?.test(links) ?? true),
  );
}

/** A refusal comes a thousand times in the same words once the names are out: it is looked up once. */
const answers = new Map<string, ReplyRule | undefined>();
const mostAnswers = 1_000;

function remembered(reply: Asked): ReplyRule | undefined {
  const key = [reply.stage, reply.code, reply.enhanced, reply.links, reply.words].join('\n');
  if (answers.has(key)) return answers.get(key);
  if (answers.size >= mostAnswers) answers.clear();
  const rule = firstOf(replyRules, reply);
  answers.set(key, rule);
  return rule;
}

/** Whose domain failed: the signer's only when the signer stood in From, never when the words name ours alone. */
function attribute(rule: ReplyRule, text: string, context: ReplyContext): Attribution | undefined {
  if (rule.attribution !== 'author' && rule.attribution !== 'path') return rule.attribution;
  if (context.identity === 'reply-to') return 'ours';
  const named = domainsIn(text);
  const { senderDomain, signerDomain } = context;
  const isOurs = (domain: string) => isWithin(domain, senderDomain);
  const isSigners = (domain: string) => signerDomain !== undefined && isWithin(domain, signerDomain) && !isOurs(domain);
  if (named.some(isSigners)) return 'signer';
  if (named.some(isOurs)) return 'ours';
  if (signerDomain !== undefined && isOurs(signerDomain.toLowerCase())) return 'ours';
  return rule.attribution === 'author' ? 'signer' : 'ours';
}

const domainName = /[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,8}/gi;

function domainsIn(text: string): string[] {
  return (text.slice(0, replyTextLimit).match(domainName) ?? []).map((domain) => domain.toLowerCase());
}

function isWithin(domain: string, parent: string): boolean {
  const above = parent.toLowerCase();
  return above !== '' && (domain === above || domain.endsWith(`.${above}`));
}
