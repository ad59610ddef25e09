/** What two versions of a campaign differ in, word by word. The home of diff. */
import { diffArrays, diffWords } from 'diff';
import { changedFiles, type Files } from './versions.ts';

/** A piece of a line: in both, only before, or only after. */
export interface DiffPiece {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

export interface DiffLine {
  kind: 'same' | 'gone' | 'new' | 'changed';
  pieces: DiffPiece[];
}

export interface FileDifference {
  name: string;
  /** Lines around changes, and nothing between them. */
  hunks: DiffLine[][];
}

/** Unchanged lines shown around a change. */
const around = 1;

/** The files that differ, with what is different in each, by name. */
export function difference(before: Files, after: Files): FileDifference[] {
  return changedFiles(before, after).map((name) => {
    const language = /\.([^.]+)\.md$/.exec(name)?.[1] ?? 'en';
    return { name, hunks: hunksOf(linesOf(before.get(name) ?? '', after.get(name) ?? '', language)) };
  });
}

function linesOf(before: string, after: string, language: string): DiffLine[] {
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  const parts = diffArrays(split(before), split(after));
  const lines: DiffLine[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const [part, next] = [parts[index], parts[index + 1]];
    if (part === undefined) continue;
    if (part.removed && next?.added && next.value.length === part.value.length) {
      // As many lines as before: most likely each was changed a little.
      for (const [at, old] of part.value.entries())
        lines.push({ kind: 'changed', pieces: wordsOf(old, next.value[at] ?? '', segmenter) });
      index += 1;
      continue;
    }
    const kind = part.added ? 'new' : part.removed ? 'gone' : 'same';
    for (const text of part.value) lines.push({ kind, pieces: [{ kind, text }] });
  }
  return lines;
}

/** Japanese has no spaces between words: `segmenter` knows where they end. */
function wordsOf(before: string, after: string, intlSegmenter: Intl.Segmenter): DiffPiece[] {
  return diffWords(before, after, { intlSegmenter }).map(({ value, added, removed }) => ({
    kind: added ? 'new' : removed ? 'gone' : 'same',
    text: value,
  }));
}

function hunksOf(lines: readonly DiffLine[]): DiffLine[][] {
  const hunks: DiffLine[][] = [];
  let last = -2;
  for (const [index, line] of lines.entries()) {
    const isNear = lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same');
    if (!isNear) continue;
    if (index > last + 1) hunks.push([]);
    hunks.at(-1)?.push(line);
    last = index;
  }
  return hunks;
}

function split(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
