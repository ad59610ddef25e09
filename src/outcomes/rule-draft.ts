/** A judged reply as a draft of the rule that would know it, for whoever adds it to `reply-rules/`. */
import type { Attribution, OutcomeClass } from './outcome.ts';
import type { ReplyJudgement } from './reply-judgement-table.ts';

const classOf: Readonly<Record<Attribution, OutcomeClass>> = {
  signer: 'sender-auth',
  ours: 'our-config',
  passing: 'transient',
  dead: 'dead-mailbox',
  blocked: 'target-block',
  full: 'mailbox-full',
};

/** Phrases are short: the rest of a long reply is often of its moment. */
const mostOfPhrase = 120;

/** TypeScript of one rule; undefined for a reply that was left as it is. */
export function ruleDraft(
  judgement: Pick<ReplyJudgement, 'words' | 'stage' | 'code' | 'enhanced' | 'meaning'>,
): string | undefined {
  const { words, stage, code, enhanced, meaning } = judgement;
  if (meaning === 'leave') return undefined;
  const example = [code, enhanced, words].filter((part) => part !== null && part !== '').join(' ');
  return [
    '{',
    "  id: 'give-it-a-name',",
    ...(stage === 'async' ? [] : [`  stages: ['${stage}'],`]),
    ...(code === null ? [] : [`  code: /^${String(code).slice(0, 1)}/,`]),
    ...(words === '' ? [] : [`  phrase: /${escaped(words.slice(0, mostOfPhrase).trim())}/,`]),
    `  class: '${classOf[meaning]}',`,
    `  attribution: '${meaning}',`,
    `  example: ${quoted(example)},`,
    "  source: 'judged by staff',",
    '},',
  ].join('\n');
}

/** The words themselves as a pattern. */
function escaped(words: string): string {
  return words.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
