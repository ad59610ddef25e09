/** Where something stands in a file: counted as editors count. */

/** Line and column, both from 1. */
export interface Position {
  line: number;
  column: number;
}

export const fileStart: Position = { line: 1, column: 1 };

/** The position of the character at `offset` of `text`. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
