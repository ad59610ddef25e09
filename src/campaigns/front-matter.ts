/** The head of a Markdown file: YAML between two lines `---`, checked by a schema. */
import type { z } from 'zod';
import { checkShape } from './check-shape.ts';
import type { Complain } from './file-problem.ts';
import { fileStart } from './source-position.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

interface FrontMatter<T> {
  values: T;
  yaml: YamlSource;
  /** Offset of the first character after the head. */
  bodyStart: number;
}

/** Splits head and body; gives nothing after complaining of a head that is missing or wrong. */
export function readFrontMatter<S extends z.ZodType>(
  text: string,
  schema: S,
  complain: Complain,
): FrontMatter<z.output<S>> | undefined {
  const head = /^---[ \t]*\n((?:[^]*?\n)?)---[ \t]*(?:\n|$)/.exec(text);
  if (head === null) {
    complain(fileStart, 'the head is missing', 'begin the file with --- on a line of its own, keys, and --- again');
    return undefined;
  }
  const yaml = readYaml(head[1] ?? '', complain, 2);
  const values = yaml && checkShape(yaml, schema, complain);
  return yaml === undefined || values === undefined ? undefined : { values, yaml, bodyStart: head[0].length };
}
