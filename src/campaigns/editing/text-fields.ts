/** The texts of a campaign as the fields of a form, and back: what a campaigner writes, without the marks of a file. */
import type { FileProblem } from '../file-problem.ts';
import { parseDocument } from 'yaml';
import { changeText } from './change-yaml.ts';

export type TextKind = 'page' | 'letter' | 'petition';
export const textKinds: readonly TextKind[] = ['page', 'letter', 'petition'];

/** Fields in the order of the form; a dot leads into the head of the file. `short`, `long` and `body` are Markdown. */
export const textFields = {
  page: ['title', 'period', 'short', 'long', 'hints.name', 'hints.email', 'hints.phone', 'hints.message'],
  letter: ['subject', 'body', 'footer'],
  petition: ['title', 'body'],
} as const satisfies Record<TextKind, readonly string[]>;

const bodies = new Set(['short', 'long', 'body']);
const cut = /^<!--\s*more\s*-->[ \t]*$/m;
const divider = '<!-- more -->';

export function fileOf(kind: TextKind, language: string): string {
  return `${kind}.${language}.md`;
}

/** What stands in each field of a text; empty where there is nothing. */
export function fieldsOf(kind: TextKind, text: string): Record<string, string> {
  const found = /^---[ \t]*\n((?:[^]*?\n)?)---[ \t]*(?:\n|$)/.exec(text);
  const head = parseDocument(found?.[1] ?? '');
  const body = text.slice(found?.[0].length ?? 0);
  const at = cut.exec(body);
  const parts: Record<string, string> = {
    short: at === null ? body : body.slice(0, at.index),
    long: at === null ? '' : body.slice(at.index + at[0].length),
    body,
  };
  return Object.fromEntries(
    textFields[kind].map((field): [string, string] => {
      if (bodies.has(field)) return [field, (parts[field] ?? '').trim()];
      const value: unknown = head.getIn(field.split('.'));
      return [field, typeof value === 'string' || typeof value === 'number' ? String(value) : ''];
    }),
  );
}

/** The text that these fields make out of the one before, whose comments stay. */
export function textFrom(kind: TextKind, before: string, fields: Readonly<Record<string, string>>): string {
  const value = (field: string): string => (fields[field] ?? '').trim();
  const body = kind === 'page' ? `${value('short')}\n\n${divider}\n\n${value('long')}` : value('body');
  const was = fieldsOf(kind, before);
  return changeText(
    before,
    (head) => {
      for (const field of textFields[kind]) {
        if (bodies.has(field)) continue;
        const next = value(field);
        // What says the same keeps the quotes it was written with.
        if (next !== was[field]) head.setIn(field.split('.'), next);
      }
    },
    body,
  );
}

/** The field of the form in which a problem of the file stands. */
export function fieldAt(
  kind: TextKind,
  text: string,
  { line, problem }: Pick<FileProblem, 'line' | 'problem'>,
): string {
  const named = textFields[kind].find((field) => problem.startsWith(`${field}:`));
  if (named !== undefined) return named;
  const lines = text.split('\n');
  const end = lines.indexOf('---', 1);
  if (line > end + 1) {
    if (kind !== 'page') return 'body';
    const more = lines.findIndex((each) => cut.test(each));
    return line <= more ? 'short' : 'long';
  }
  const key = /^\s*([a-z]+):/.exec(lines[line - 1] ?? '')?.[1] ?? '';
  return textFields[kind].find((field) => field === key || field.endsWith(`.${key}`)) ?? textFields[kind][0];
}
