/** Forms of the console: what was typed, checked by a schema whose messages are keys of words. */
import { z } from 'zod';
import type { FieldProblem } from '../../errors.ts';

/** One value a field: of several with the same name, the first; anything else counts as not sent. */
export type Form = Readonly<Record<string, string>>;

/** What a body parser left, as a flat form. */
export function formOf(body: unknown): Form {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]: [string, unknown]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [[name, first.replaceAll('\r\n', '\n')]] : [];
    }),
  );
}

/** A text of one line; the problems are the keys `empty` and `long`. */
export function line(most: number): z.ZodString {
  return z.string('empty').trim().min(1, 'empty').max(most, 'long');
}

export type ReadForm<T> = { value: T; problems?: undefined } | { value?: undefined; problems: FieldProblem[] };

/** The form's values, or what is wrong with each field, in the words of `problems` by the schema's messages. */
export function readForm<T>(form: Form, schema: z.ZodType<T>, problems: Readonly<Record<string, string>>): ReadForm<T> {
  const parsed = schema.safeParse(form);
  if (parsed.success) return { value: parsed.data };
  const seen = new Set<string>();
  return {
    problems: parsed.error.issues.flatMap(({ path, message }) => {
      const field = path.map(String).join('.');
      // The first is the one to mend first.
      if (seen.has(field)) return [];
      seen.add(field);
      return [{ field, problem: problems[message] ?? problems['other'] ?? message }];
    }),
  };
}
