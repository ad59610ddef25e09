/** The draft of a rule that a judged reply is turned into. */
import { expect, test } from 'vitest';
import { normaliseReply } from '../../src/outcomes/normalise-reply.ts';
import { ruleDraft } from '../../src/outcomes/rule-draft.ts';

const words = "it's closed (for/ever) [id] 100%: say ^hello$ | a\\b";

test('a judged reply becomes a rule that knows it', () => {
  const draft = ruleDraft({ words, stage: 'rcpt', code: 599, enhanced: '5.9.9', meaning: 'blocked' }) ?? '';
  // What a developer would paste holds nothing but literals: read here as data.
  const rule = JSON.parse(
    draft
      .replaceAll(/^(\s*)(\w+): /gm, '$1"$2": ')
      .replace(/"(phrase)": \/(.*)\/,\n/, (_, name: string, body: string) => `"${name}": ${JSON.stringify(body)},\n`)
      .replace(/"(code)": \/(.*)\/,\n/, (_, name: string, body: string) => `"${name}": ${JSON.stringify(body)},\n`)
      .replace(
        /"example": '(.*)',\n/,
        (_, text: string) => `"example": ${JSON.stringify(text.replaceAll(/\\(['\\])/g, '$1'))},\n`,
      )
      .replaceAll(/'([^'\n]*)'/g, '"$1"')
      .replace(/,\s*\},$/, '}'),
  ) as Record<string, string>;
  expect(rule).toMatchObject({ stages: ['rcpt'], class: 'target-block', attribution: 'blocked' });
  expect(rule['example']).toBe(`599 5.9.9 ${words}`);
  expect(new RegExp(rule['phrase'] ?? 'x').test(normaliseReply(words).words)).toBe(true);
  expect(new RegExp(rule['code'] ?? 'x').test('599')).toBe(true);
});

test('a report names no stage, a reply without a code none, and what is left as it is needs no rule', () => {
  const draft = ruleDraft({ words: 'gone', stage: 'async', code: null, enhanced: null, meaning: 'dead' });
  expect(draft).not.toMatch(/stages|code:/);
  expect(ruleDraft({ words, stage: 'rcpt', code: 599, enhanced: null, meaning: 'leave' })).toBeUndefined();
});
