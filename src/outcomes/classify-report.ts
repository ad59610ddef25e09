/** Classifies what a report says of one recipient: by the server's own words, and where they say little, by the reporter's. */
import { classifyReply, type ReplyContext } from './classify-reply.ts';
import type { ReportedRecipient } from './delivery-status.ts';
import type { Classification } from './outcome.ts';
import { enhancedCodeRules, replyClassRules } from './reply-rules/codes.ts';
import { replyRules, type ReplyRule } from './reply-rules.ts';
import { bareRefusalRules } from './reply-rules/refusals.ts';

/** Rules that speak when no words were understood. */
const weak = new Set([...enhancedCodeRules, ...replyClassRules].map(({ id }) => id).concat('unknown'));

/** Rules that heard a refusal and no reason: a server's own reply is enough for them, a summary is not. */
const bareRefusals = new Set(bareRefusalRules.map(({ id }) => id));

/** Total and pure, as `classifyReply` is. */
export function classifyReport(
  { evidence, more }: Pick<ReportedRecipient, 'evidence' | 'more'>,
  context: ReplyContext,
  rules: readonly ReplyRule[] = replyRules,
): Classification {
  const first = classifyReply(evidence, context, rules);
  const isWeak = weak.has(first.rule) || (evidence.code === undefined && bareRefusals.has(first.rule));
  if (more === undefined || !isWeak) return first;
  const second = classifyReply({ ...evidence, text: withoutFooters(more) }, context, rules);
  return weak.has(second.rule) ? first : second;
}

/** What virus scanners add to every mail speaks of no virus, and the good part of a transcript of no trouble. */
function withoutFooters(words: string): string {
  return words
    .split('\n')
    .filter(
      (line) =>
        !/^\s{0,8}(?:out: 2|in: )|anti-?virus|virus ?wall|nod32|\bscanned\b|avast|\bavg\b|no viruses/i.test(line),
    )
    .join('\n');
}
