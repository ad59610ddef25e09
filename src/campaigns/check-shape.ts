/** Holds YAML against a schema and says in plain words, at the right line, what does not fit. */
import { z } from 'zod';
import type { Complain } from './file-problem.ts';
import type { Mistake } from './mistakes.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** The checked value, or nothing after complaining of everything that does not fit. */
export function checkShape<S extends z.ZodType>(
  source: YamlSource,
  schema: S,
  complain: Complain,
): z.output<S> | undefined {
  const result = schema.safeParse(source.value);
  if (result.success) return result.data;

  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path);
      for (const key of issue.keys) {
        const path = [...issue.path, key];
        const remedy = known.length > 0 ? `known here: ${known.join(', ')}` : 'take it out';
        complain(source.locate(path, 'key'), `${shown(path)}: not a known key`, remedy, {
          name: 'unknown-key',
          values: { place: shown(path) },
        });
      }
    } else if (issue.path.length > 0 && valueAt(source.value, issue.path) === undefined) {
      const key = String(issue.path.at(-1));
      const parent = issue.path.slice(0, -1);
      const under = parent.length > 0 ? `under ${shown(parent)}` : 'to the file';
      complain(source.locate(parent, 'key'), `${shown(issue.path)}: missing`, `add ${key}: ${under}`, {
        name: 'missing',
        values: { place: shown(issue.path) },
      });
    } else {
      const path = shown(issue.path) || 'the file';
      const [problem, remedy] = explain(issue, valueAt(source.value, issue.path));
      complain(
        source.locate(issue.path, issue.code === 'invalid_key' ? 'key' : 'value'),
        `${path}: ${problem}`,
        remedy,
        mistakeOf(issue, path, valueAt(source.value, issue.path)),
      );
    }
  }
  return undefined;
}

/** A path as people write it: `targets[0].name.ja`. */
export function shown(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/** The value at a path of parsed YAML, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined,
    value,
  );
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, each entry after a dash',
  object: 'a group of keys, indented below it',
  record: 'a group of language tags with a text each, indented below it',
};

function explain(issue: z.core.$ZodIssue, value: unknown): [problem: string, remedy: string] {
  const { code, message } = issue;
  if (code === 'invalid_type') {
    const kind = kinds[issue.expected] ?? issue.expected;
    if (value === null) return ['nothing is written here', `write ${kind}`];
    return [`should be ${kind}`, issue.expected === 'string' ? 'put it into quotes' : `write ${kind}`];
  }
  if (code === 'too_small' && typeof value === 'number') {
    return ['too small', `use ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`];
  }
  if (code === 'too_small') return ['empty', Array.isArray(value) ? 'add at least one entry' : 'write something'];
  if (code === 'too_big' && typeof value === 'number') return ['too large', `use at most ${issue.maximum}`];
  if (code === 'too_big') {
    return ['too long', `use at most ${issue.maximum} ${Array.isArray(value) ? 'entries' : 'characters'}`];
  }
  if (code === 'invalid_value') {
    return ['not one of the known words', `write one of: ${issue.values.map(String).join(', ')}`];
  }
  if (code === 'invalid_key') return ['not a language tag', issue.issues[0]?.message ?? 'use a tag such as ja or en'];
  return [code === 'custom' ? 'does not fit' : 'not in the right form', message];
}

/** The mistake by name, where a sentence of ours says it better than the schema. */
function mistakeOf(issue: z.core.$ZodIssue, place: string, value: unknown): Mistake | undefined {
  if (issue.code === 'invalid_type' && value === null) return { name: 'empty', values: { place } };
  if (typeof value !== 'string') return undefined;
  if (issue.code === 'too_small') return { name: 'empty', values: { place } };
  if (issue.code === 'too_big') return { name: 'too-long', values: { place, most: String(issue.maximum) } };
  return undefined;
}

/** The keys a schema knows at a path, to help with a misspelt one. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const step of path) {
    at = unwrapped(at);
    if (at instanceof z.ZodObject) at = (at.shape as Record<string, z.core.$ZodType>)[String(step)];
    else if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else return [];
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape as Record<string, unknown>) : [];
}

function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}
