/** A JSON schema (OpenAPI 3.1) as the rows of a table, a row for each field and those inside it. */
import { markdownHtml, markdownTokens } from '../../campaigns/markdown.ts';

/** The part of JSON Schema that our descriptions use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  deprecated?: boolean;
  [limit: string]: unknown;
}

export interface SchemaRow {
  /** Empty for the schema itself. */
  name: string;
  depth: number;
  /** Words of the type; those with an address lead to a schema described elsewhere. */
  type: readonly { text: string; href: string | undefined }[];
  required: boolean;
  deprecated: boolean;
  /** HTML */
  description: string;
  /** Limits, one each. */
  limits: readonly string[];
}

/** Deeper schemas get a name of their own. */
const deepest = 6;

/** Rows for a schema. References become links, so that a schema that holds itself ends. */
export function schemaRows(schema: Schema, name = '', depth = 0, required = false): SchemaRow[] {
  const row: SchemaRow = {
    name,
    depth,
    type: typeOf(schema),
    required,
    deprecated: schema.deprecated === true,
    description: markdownHtml(markdownTokens(schema.description ?? '')),
    limits: limitsOf(schema),
  };
  const inside = depth < deepest ? fieldsOf(schema) : [];
  const rows = inside.flatMap((field) => schemaRows(field.schema, field.name, depth + 1, field.required));
  const says = name !== '' || rows.length === 0 || row.description !== '';
  return says ? [row, ...rows] : rows;
}

function limitsOf(schema: Schema): string[] {
  const between = (least: unknown, most: unknown, unit: string): string[] => {
    // The largest safe integer is what zod says for "whole number".
    const [low, high] = [least, most].map((n) => (Math.abs(Number(n)) === Number.MAX_SAFE_INTEGER ? undefined : n));
    if (low === undefined && high === undefined) return [];
    if (low === undefined) return [`at most ${plain(high)}${unit}`];
    return [high === undefined ? `at least ${plain(low)}${unit}` : `${plain(low)} to ${plain(high)}${unit}`];
  };
  const said = (key: string, words: string): string[] =>
    schema[key] === undefined ? [] : [`${words} ${plain(schema[key])}`];
  return [
    ...said('format', 'format'),
    ...between(schema['minLength'], schema['maxLength'], ' characters'),
    ...between(schema['minItems'], schema['maxItems'], ' entries'),
    ...between(schema['minimum'], schema['maximum'], ''),
    ...said('exclusiveMinimum', 'more than'),
    ...said('exclusiveMaximum', 'less than'),
    // What a format says in a word, its pattern says again in a hundred characters.
    ...(schema.format === undefined ? said('pattern', 'pattern') : []),
    ...said('default', 'otherwise'),
  ];
}

interface Field {
  name: string;
  schema: Schema;
  required: boolean;
}

function fieldsOf(schema: Schema): Field[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, inner]): Field => {
    return { name, schema: inner, required: schema.required?.includes(name) ?? false };
  });
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return [
    ...own,
    ...(rest && hasFields(rest) ? [{ name: '(any name)', schema: rest, required: false }] : []),
    ...(schema.items && hasFields(schema.items) ? fieldsOf(schema.items) : []),
    ...[...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter(hasFields).flatMap(fieldsOf),
  ];
}

function hasFields(schema: Schema): boolean {
  return fieldsOf(schema).length > 0;
}

function typeOf(schema: Schema): SchemaRow['type'] {
  const word = (text: string) => ({ text, href: undefined });
  if (schema.$ref !== undefined) return [{ text: refName(schema.$ref), href: `#schema-${refName(schema.$ref)}` }];
  if (schema.const !== undefined) return [word(plain(schema.const))];
  if (schema.enum) return [word(schema.enum.map(plain).join(' | '))];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((choice, index) => [...(index > 0 ? [word(' | ')] : []), ...typeOf(choice)]);
  if (schema.allOf)
    return schema.allOf.flatMap((part, index) => [...(index > 0 ? [word(' & ')] : []), ...typeOf(part)]);
  if (schema.items) return [word('list of '), ...typeOf(schema.items)];
  const rest = schema.additionalProperties;
  if (typeof rest === 'object' && Object.keys(rest).length > 0) return [word('by name: '), ...typeOf(rest)];
  return [word([schema.type ?? 'anything'].flat().join(' | '))];
}

/** The last part of `#/components/schemas/Signature`. */
export function refName(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value that fits: the schema's own example, or one made from its types. Required fields only, where it is made. */
export function exampleOf(schema: Schema, find: (ref: string) => Schema | undefined, depth = 0): unknown {
  const given = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.enum?.[0] ?? schema.default;
  if (given !== undefined) return given;
  if (depth > deepest) return null;
  const next = (inner: Schema | undefined): unknown => exampleOf(inner ?? {}, find, depth + 1);
  if (schema.$ref !== undefined) return next(find(schema.$ref));
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(next)) as unknown;
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice) return next(choice);
  if (schema.properties) {
    const wanted = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(wanted.map(([name, inner]) => [name, next(inner)]));
  }
  if (schema.items) return [next(schema.items)];
  const [type = ''] = [schema.type].flat();
  switch (type) {
    case 'string':
      return samples[schema.format ?? ''] ?? '…';
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? Math.max(schema['minimum'], 0) : 0;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return null;
  }
}

const samples: Record<string, string> = {
  'date-time': '2020-05-29T09:00:00Z',
  date: '2020-05-29',
  email: 'name@example.org',
  uri: 'https://example.org/',
};
