/** YAML that remembers where everything stands. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Complain } from './file-problem.ts';
import { fileStart, type Position } from './source-position.ts';

export type Path = readonly PropertyKey[];

export interface YamlSource {
  value: unknown;
  /** Where the entry at `path` stands: its value if that is a plain one and wanted, else its key; else its parent. */
  locate(path: Path, end?: 'key' | 'value'): Position;
}

const remedies: Record<string, string> = {
  DUPLICATE_KEY: 'keep one of them',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line it up with its neighbours',
  MISSING_CHAR: 'close the quote or bracket, or write the missing colon',
  MULTIPLE_DOCS: 'write one document: take out the line ---',
};

/**
 * Reads YAML 1.2. Gives nothing after complaining of faults in the syntax.
 * `firstLine` is the line of the file on which `text` begins.
 */
export function readYaml(text: string, complain: Complain, firstLine = 1): YamlSource | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? { ...fileStart, line: firstLine } : { line: line + firstLine - 1, column: col };
  };

  const faults = [...document.errors, ...document.warnings];
  for (const fault of faults) {
    const problem = fault.code === 'DUPLICATE_KEY' ? 'this key is there twice' : `this is not YAML: ${fault.message}`;
    complain(
      at(fault.pos[0]),
      problem,
      remedies[fault.code] ?? 'put texts with : # { [ & * or " into quotes',
      fault.code === 'DUPLICATE_KEY' ? undefined : { name: 'not-yaml' },
    );
  }
  if (faults.length > 0) return undefined;

  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { value, locate: (path, end = 'value') => at(offsetOf(document, path, end)) };
  } catch {
    complain(at(0), 'this is not YAML: an alias leads nowhere or too far', 'write the text out instead of an *alias');
    return undefined;
  }
}

function offsetOf(document: Document.Parsed, path: Path, end: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      const plain = end === 'value' && isScalar(pair.value) && pair.value.value !== null ? pair.value : pair.key;
      offset = startOf(plain) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
