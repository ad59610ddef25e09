/** `{{variables}}` in campaign texts: which ones each text knows, and how they are found and filled. */
import type { Complain } from './file-problem.ts';
import { type Position, positionAt } from './source-position.ts';

/** What campaigners may write, by kind of text. An empty list: no variables here. */
const knownVariables = {
  page: ['organisation', 'period'],
  letter: ['name', 'target.name', 'target.salutation', 'organisation'],
  subject: ['target.name', 'target.salutation', 'organisation'],
  notice: ['organisation'],
  petition: ['count', 'period', 'target', 'salutation', 'organisation', 'date', 'why'],
  none: [],
} as const satisfies Record<string, readonly string[]>;

export type TextKind = keyof typeof knownVariables;

const variable = /\{\{[ \t]*([^{}\s]+)[ \t]*\}\}/g;

/** Replaces every variable by what `fill` gives for its name. */
export function fillVariables(text: string, fill: (name: string) => string): string {
  return text.replace(variable, (_whole, name: string) => fill(name));
}

/** True when the text holds this variable. */
export function hasVariable(text: string, name: string): boolean {
  return [...text.matchAll(variable)].some((found) => found[1] === name);
}

/** True when double braces stand in a text that should hold none. */
export function hasBraces(text: string): boolean {
  return /\{\{|\}\}/.test(text);
}

/**
 * Complains of every variable that this kind of text does not know and of braces left open.
 * `locate` says where the character at an offset of `text` stands in its file.
 */
export function checkVariables(
  text: string,
  kind: TextKind,
  complain: Complain,
  locate: (offset: number) => Position = (offset) => positionAt(text, offset),
): void {
  const known: readonly string[] = knownVariables[kind];
  const list =
    known.length === 0
      ? 'variables are not filled here: write the words themselves'
      : `known here: ${known.map((name) => `{{${name}}}`).join(', ')}`;
  const whole = new Set<number>();
  for (const found of text.matchAll(variable)) {
    whole.add(found.index).add(found.index + found[0].length - 2);
    const name = found[1] ?? '';
    if (known.includes(name)) continue;
    complain(
      locate(found.index),
      `{{${name}}} is not known here`,
      list,
      known.length === 0
        ? { name: 'no-variables', values: { name: `{{${name}}}` } }
        : {
            name: 'unknown-variable',
            values: { name: `{{${name}}}`, known: known.map((each) => `{{${each}}}`).join(' ') },
          },
    );
  }
  for (const braces of text.matchAll(/\{\{|\}\}/g)) {
    if (whole.has(braces.index)) continue;
    const problem = braces[0] === '{{' ? '{{ is left open' : '}} closes nothing';
    complain(locate(braces.index), problem, list, { name: 'open-braces' });
  }
}
