/** The API reference: an OpenAPI 3.1 document as a page to read, without script. */
import { markdownHtml, markdownTokens } from '../../campaigns/markdown.ts';
import { renderTemplate, stylesheetAddress } from './render-page.ts';
import { exampleOf, refName, type Schema, schemaRows, type SchemaRow } from './schema-rows.ts';

interface OpenApi {
  info: { title: string; version: string; description?: string };
  servers?: { url: string; description?: string }[];
  security?: Record<string, string[]>[];
  tags?: { name: string; description?: string }[];
  paths?: Record<string, PathItem>;
  components?: {
    schemas?: Record<string, Schema>;
    responses?: Record<string, Response>;
    parameters?: Record<string, Parameter>;
    requestBodies?: Record<string, Body>;
    securitySchemes?: Record<string, SecurityScheme>;
  };
}
type Ref = { $ref?: string };
type Method = (typeof methods)[number];
type PathItem = Partial<Record<Method, Operation>> & { parameters?: (Parameter & Ref)[] };
interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  security?: Record<string, string[]>[];
  parameters?: (Parameter & Ref)[];
  requestBody?: Body & Ref;
  responses?: Record<string, Response & Ref>;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}
interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { summary?: string; value?: unknown }>;
}
interface Body {
  description?: string;
  required?: boolean;
  content?: Record<string, Media>;
}
interface Response extends Body {
  headers?: Record<string, Parameter & Ref>;
}
interface SecurityScheme {
  type: string;
  scheme?: string;
  name?: string;
  in?: string;
  description?: string;
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace'] as const;

interface MediaView {
  type: string;
  rows: SchemaRow[];
  /** Set when the body is just one schema that has a name, which is described once. */
  named: string | undefined;
  /** True where that is. */
  here: boolean;
  examples: { title: string; text: string }[];
}

/** The page in HTML. `openapiDocument` is what `/openapi.json` serves. */
export function renderDocs(openapiDocument: object): string {
  const document = openapiDocument as OpenApi;
  // A named schema is described where it is first sent, or at the end.
  const described = new Set<string>();
  const groups = new Map<string, OperationView[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const view = operationView(document, described, { path, method, item, operation });
      const tag = operation.tags?.[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), view]);
    }
  }
  const schemas = Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => ({
    name,
    rows: described.has(name) ? [] : schemaRows(schema),
  }));
  const shared = sharedResponses([...groups.values()].flat());
  return renderTemplate('pages/docs', {
    stylesheet: stylesheetAddress(),
    shared: [...shared.values()],
    info: { ...document.info, description: html(document.info.description) },
    servers: (document.servers ?? []).map(({ url, description }) => ({ url, description: html(description) })),
    schemes: Object.entries(document.components?.securitySchemes ?? {}).map(([name, scheme]) => ({
      name,
      how: howToProve(scheme),
      description: html(scheme.description),
    })),
    groups: [...groups].map(([name, operations]) => ({
      name,
      description: html(document.tags?.find((tag) => tag.name === name)?.description),
      operations: operations.map((operation) => ({
        ...operation,
        responses: operation.responses.filter((response) => !shared.has(JSON.stringify(response))),
      })),
    })),
    schemas,
  });
}

type OperationView = ReturnType<typeof operationView>;

/** Answers that every one of several operations may give alike: they are told once. */
function sharedResponses(operations: readonly OperationView[]): Map<string, OperationView['responses'][number]> {
  const [first, ...others] = operations;
  const shared = new Map((first?.responses ?? []).map((response) => [JSON.stringify(response), response]));
  for (const { responses } of others) {
    const own = new Set(responses.map((response) => JSON.stringify(response)));
    for (const key of shared.keys()) if (!own.has(key)) shared.delete(key);
  }
  return others.length > 0 ? shared : new Map();
}

function operationView(
  document: OpenApi,
  described: Set<string>,
  { path, method, item, operation }: { path: string; method: Method; item: PathItem; operation: Operation },
) {
  const { components = {} } = document;
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
    .map((each) => resolve(each, components.parameters))
    .map((each) => ({
      in: each.in,
      row: firstRow(each, each.name),
    }));
  const body = operation.requestBody && resolve(operation.requestBody, components.requestBodies);
  const security = operation.security ?? document.security ?? [];
  return {
    id: operation.operationId ?? `${method}-${path.replaceAll(/[^a-z0-9]+/gi, '-')}`,
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    description: html(operation.description),
    deprecated: operation.deprecated === true,
    /** Alternatives, each with all it needs. */
    keys: security.map((needed) =>
      Object.entries(needed)
        .map(([name, scopes]) => [name, ...scopes].join(' '))
        .join(' and '),
    ),
    parameters,
    body: body && {
      required: body.required === true,
      description: html(body.description),
      media: mediaViews(document, body.content, described),
    },
    responses: Object.entries(operation.responses ?? {}).map(([status, given]) => {
      const response = resolve(given, components.responses);
      return {
        status,
        description: html(response.description),
        headers: Object.entries(response.headers ?? {}).map(([name, header]) => firstRow(header, name)),
        media: mediaViews(document, response.content, undefined),
      };
    }),
  };
}

/** `described` collects the named schemas described here; without it they are only named. */
function mediaViews(document: OpenApi, content: Body['content'], described: Set<string> | undefined): MediaView[] {
  const find = (ref: string): Schema | undefined => document.components?.schemas?.[refName(ref)];
  return Object.entries(content ?? {}).map(([type, media]): MediaView => {
    const schema = media.schema ?? {};
    const named = schema.$ref === undefined ? undefined : refName(schema.$ref);
    const elsewhere = named !== undefined && (described === undefined || described.has(named));
    if (named !== undefined) described?.add(named);
    const shown = schema.$ref === undefined ? schema : (find(schema.$ref) ?? schema);
    const given = Object.entries(media.examples ?? {}).map(([key, each]) => ({
      title: each.summary ?? key,
      text: JSON.stringify(each.value, undefined, 2),
    }));
    const makes = described !== undefined && !elsewhere && given.length === 0;
    const example = media.example ?? (makes ? exampleOf(shown, find) : undefined);
    return {
      type,
      rows: elsewhere ? [] : schemaRows(shown),
      named,
      here: named !== undefined && !elsewhere,
      examples: example === undefined ? given : [{ title: 'Example', text: JSON.stringify(example, undefined, 2) }],
    };
  });
}

function firstRow({ schema = {}, description, required }: Parameter, name: string): SchemaRow | undefined {
  const described = description === undefined ? schema : { ...schema, description };
  return schemaRows(described, name, 0, required === true)[0];
}

function resolve<T extends object>(given: T & Ref, named: Record<string, T> | undefined): T {
  return given.$ref === undefined ? given : (named?.[refName(given.$ref)] ?? given);
}

function howToProve({ type, scheme, name, in: place }: SecurityScheme): string {
  if (type === 'http' && scheme === 'bearer') return 'Authorization: Bearer <key>';
  if (type === 'http') return `Authorization: ${scheme ?? ''}`;
  return type === 'apiKey' ? `${name ?? ''} (${place ?? ''})` : type;
}

function html(markdown: string | undefined): string {
  return markdownHtml(markdownTokens(markdown ?? ''));
}
