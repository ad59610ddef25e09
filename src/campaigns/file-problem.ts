/** What is wrong with campaign files, where, and how to mend it: all of it at once, for a person who edits them. */
import { relative } from 'node:path';
import { AppError } from '../errors.ts';
import type { Mistake } from './mistakes.ts';
import type { Position } from './source-position.ts';

/** One thing to mend. The texts never repeat a value of the file: a mailbox is private. */
export interface FileProblem extends Position {
  /** Path of the file as seen from the working directory. */
  file: string;
  problem: string;
  remedy: string;
  /** What pages say instead, in the language of the reader; the rest is said in English everywhere. */
  mistake?: Mistake | undefined;
}

/** Notes one problem of the file at hand. */
export type Complain = (at: Position, problem: string, remedy: string, mistake?: Mistake) => void;

/** Notes problems of the file at `path` in `problems`. */
export function complainAbout(path: string, problems: FileProblem[]): Complain {
  const file = shownPath(path);
  return (at, problem, remedy, mistake) => {
    problems.push({ file, line: at.line, column: at.column, problem, remedy, mistake });
  };
}

/** The path to click on in a terminal: relative below the working directory, else absolute. */
export function shownPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}

/** Thrown when campaigns cannot be used. `message` has a line per problem, `file:line:column  problem — remedy`. */
export class CampaignFilesError extends AppError {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    const sorted = problems.toSorted(
      (a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)) || a.line - b.line || a.column - b.column,
    );
    const places = sorted.map((one) => `${one.file}:${one.line}:${one.column}`);
    const many = sorted.length === 1 ? 'a problem' : `${sorted.length} problems`;
    super(
      'invalid',
      [
        `The campaign files have ${many}:`,
        ...sorted.map((one, index) => `${places[index]}  ${one.problem} — ${one.remedy}`),
      ].join('\n'),
      {
        fields: sorted.map((one, index) => ({ field: places[index] ?? '', problem: `${one.problem} — ${one.remedy}` })),
      },
    );
    this.name = 'CampaignFilesError';
    this.problems = sorted;
  }
}
