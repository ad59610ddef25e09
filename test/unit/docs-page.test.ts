/** The API reference: everything a caller needs to know stands on the page, and nothing in it runs. */
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../src/web/api/openapi.ts';
import { renderDocs } from '../../src/web/pages/docs-page.ts';
import { exampleOf, schemaRows } from '../../src/web/pages/schema-rows.ts';

const document = {
  openapi: '3.1.0',
  info: { title: 'Try', version: '9', description: 'About **it**.' },
  servers: [{ url: 'https://api.example' }],
  security: [{ key: [] }],
  tags: [{ name: 'birds', description: 'All *birds*.' }],
  components: {
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: 'From the office.' },
      other: { type: 'apiKey', name: 'X-Key', in: 'header' },
    },
    parameters: { Page: { name: 'page', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 9 } } },
    responses: { Gone: { description: 'It is gone.' } },
    schemas: {
      Bird: {
        type: 'object',
        required: ['name', 'parent'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 20, description: '<script>alert(1)</script> `name`' },
          parent: { $ref: '#/components/schemas/Bird' },
          home: { type: 'object', properties: { lake: { type: ['string', 'null'], default: 'none' } } },
          born: { type: 'string', format: 'date', pattern: 'never-shown' },
        },
      },
      Fault: { type: 'object', properties: { reason: { enum: ['ill', 'away'] } } },
    },
  },
  paths: {
    '/birds/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^x' } }],
      post: {
        operationId: 'tell',
        tags: ['birds'],
        summary: 'Tell <b>of</b> a bird',
        deprecated: true,
        parameters: [{ $ref: '#/components/parameters/Page' }],
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/Bird' } },
            'application/x-ndjson': { schema: { $ref: '#/components/schemas/Bird' } },
          },
        },
        responses: {
          201: {
            description: 'Told.',
            headers: { Location: { description: 'Where.', schema: { type: 'string' } } },
            content: {
              'application/json': {
                schema: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } },
                examples: { two: { summary: 'Two of them', value: [{ n: 1 }, { n: 2 }] } },
              },
            },
          },
          404: { description: 'No.', content: { 'application/problem+json': { schema: { $ref: '#/x/Fault' } } } },
          410: { $ref: '#/components/responses/Gone' },
        },
      },
      get: { security: [], responses: { 200: { description: 'A bird.' } } },
    },
  },
};

describe('the API reference', () => {
  const html = renderDocs(document);

  test.each([
    ['title and description', 'About <strong>it</strong>.'],
    ['address', '<code>https://api.example</code>'],
    ['how to prove who calls', 'Authorization: Bearer &lt;key&gt;'],
    ['another way to', 'X-Key (header)'],
    ['tag', 'All <em>birds</em>.'],
    ['operation', '<code>/birds/{id}</code>'],
    ['what is deprecated', 'Tell &lt;b&gt;of&lt;/b&gt; a bird (deprecated)'],
    ['parameter of the path', '<code>id</code> <span class="soft">in path</span> <span class="need">required</span>'],
    ['parameter by reference', '<code>page</code> <span class="soft">in query</span>'],
    ['limits', '1 to 9'],
    ['limits of a field', '1 to 20 characters'],
    ['field inside a field', 'class="depth-2"><code>lake</code>'],
    ['type that may be null', 'string | null'],
    ['default', 'otherwise none'],
    ['format', 'format date'],
    ['schema that holds itself, as a link', '<a href="#schema-Bird">Bird</a>'],
    ['field of a list', '<code>n</code>'],
    ['header of an answer', '<code>Location</code>'],
    ['example that is given', 'Two of them'],
    ['example that is made', '&quot;name&quot;: &quot;…&quot;'],
    ['answer by reference', 'It is gone.'],
    ['schema of its own', 'id="schema-Fault"'],
    ['choices', 'ill | away'],
    ['route without a key', 'Authorized by: nothing'],
  ])('has the %s', (_what, text) => {
    expect(html).toContain(text);
  });

  test('describes a schema once, and every link leads somewhere', () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map((found) => found[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map((found) => found[1]);
    expect(ids).toEqual(expect.arrayContaining(links));
    expect(html.split('1 to 20 characters')).toHaveLength(2);
  });

  test('runs nothing and says nothing odd', () => {
    expect(html).toContain('&lt;script&gt;alert(1)');
    expect(html).not.toMatch(/<script|\sstyle="|\son\w+="|undefined|\[object|never-shown/);
  });

  test('of our own API names every route and takes at most 2.5 KB for a route or a schema', () => {
    const own = openApiDocument('https://todoke.example');
    const page = renderDocs(own);
    for (const path of Object.keys(own.paths ?? {})) expect(page).toContain(`<code>${path}</code>`);
    expect(page).not.toMatch(/undefined|\[object/);
    const sections = page.split('class="operation"').length - 1;
    expect(Buffer.byteLength(page)).toBeLessThan(2_500 * sections);
  });

  test('an empty document is a page, too', () => {
    expect(renderDocs({ info: { title: 'x', version: '1' } })).toContain('<h1>x API</h1>');
  });
});

describe('a schema', () => {
  test('that only says what it is has one row', () => {
    expect(schemaRows({ type: 'string' })).toMatchObject([{ name: '', type: [{ text: 'string' }] }]);
    expect(
      schemaRows({ anyOf: [{ const: 1 }, { type: 'null' }] })[0]
        ?.type.map((part) => part.text)
        .join(''),
    ).toBe('1 | null');
    expect(schemaRows({ type: 'object', additionalProperties: { type: 'integer' } })[0]?.type).toMatchObject([
      { text: 'by name: ' },
      { text: 'integer' },
    ]);
  });

  test('of a whole number does not tell the largest one', () => {
    expect(schemaRows({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER })[0]?.limits).toEqual([
      'at least 0',
    ]);
  });

  test.each([
    [{ type: 'integer', minimum: 3 }, 3],
    [{ type: 'boolean' }, true],
    [{ type: 'string', format: 'email' }, 'name@example.org'],
    [{ type: 'array', items: { enum: ['a'] } }, ['a']],
    [{ allOf: [{ type: 'object', properties: { a: { const: 1 } }, required: ['a'] }] }, { a: 1 }],
    [{ oneOf: [{ examples: ['x'] }] }, 'x'],
    [{ $ref: '#/nowhere' }, null],
    [{}, null],
  ])('%j has an example', (schema, example) => {
    expect(exampleOf(schema, () => undefined)).toEqual(example);
  });

  test('without an end has one that ends', () => {
    const bird = { type: 'object', properties: { parent: { $ref: '#/Bird' } }, required: ['parent'] };
    expect(JSON.stringify(exampleOf(bird, () => bird)).length).toBeLessThan(200);
  });
});
