/** Changes in YAML that people wrote: what is not changed stays as it is, comments and all. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, parseDocument } from 'yaml';
import { valueAt } from '../check-shape.ts';
import type { Files } from '../versions/versions.ts';

/** A long line stays one: YAML would join its parts with a space, which Japanese does not have. */
export const layout = { lineWidth: 0, flowCollectionPadding: false };

/** Gives the files with `campaign.yaml` changed. */
export function changeSettings(files: Files, change: (settings: Document) => void): Map<string, string> {
  const text = files.get('campaign.yaml') ?? '';
  return new Map(files).set('campaign.yaml', changed(text, change));
}

/** Changes a YAML map. Each key whose value stays the same keeps its lines as they were written. */
function changed(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  const before: unknown = document.toJS();
  change(document);
  const after: unknown = document.toJS();
  const old = new Map(partsOf(text));
  return partsOf(document.toString(layout))
    .map(([key, lines]) => {
      const isSame = isDeepStrictEqual(valueAt(before, [key]), valueAt(after, [key]));
      return (isSame ? old.get(key) : undefined) ?? lines;
    })
    .join('');
}

/** The lines of a YAML map by key; comments and empty lines go with the key below them, what ends the text with ''. */
function partsOf(text: string): [key: string, lines: string][] {
  const parts: [key: string, lines: string][] = [];
  let between = '';
  for (const line of text.split(/(?<=\n)/)) {
    const key = /^([A-Za-z][\w-]*)[ \t]*:/.exec(line)?.[1];
    const last = parts.at(-1);
    if (key !== undefined) {
      parts.push([key, between + line]);
      between = '';
    } else if (/^(#|\s*$)/.test(line) || last === undefined) {
      between += line;
    } else {
      last[1] += between + line;
      between = '';
    }
  }
  return between === '' ? parts : [...parts, ['', between]];
}

/** The plain value of `campaign.yaml`, unchecked. */
export function settingsOf(files: Files): unknown {
  return parseDocument(files.get('campaign.yaml') ?? '').toJS();
}

/** Gives a text with its head changed and another body, if one is given. */
export function changeText(text: string, change: (head: Document) => void, body?: string): string {
  const found = /^---[ \t]*\n((?:[^]*?\n)?)---[ \t]*(?:\n|$)/.exec(text);
  const head = changed(found?.[1] ?? '', change);
  const rest = body === undefined ? text.slice(found?.[0].length ?? 0) : `\n${body.trim()}\n`;
  return `---\n${head}---\n${rest}`;
}

/** Sets a value where something may or may not be; a key whose value is undefined is taken out. */
export function put(document: Document, path: readonly (string | number)[], value: unknown): void {
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
}
