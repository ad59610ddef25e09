/** The parts of a form for the pages of other sites, as OpenAPI describes them. */
import { z } from 'zod';
import { answers, json, path } from './openapi-parts.ts';

/** What `/embed.js` puts into another page. */
export const formAnswer = z.strictObject({
  html: z.string().describe('The form, to be shown as it is.'),
  css: z.string().describe('Its style, for a shadow root.'),
  words: z.record(z.string(), z.string()).describe('What to say of a mistake, by field.'),
});

export const embedPaths = {
  '/actions/{campaign}/{language}/form.json': {
    get: {
      operationId: 'readForm',
      tags: ['sign'],
      summary: 'The parts of a form, for the pages of other sites',
      description:
        'For `/embed.js`. Needs no key; browsers on other sites may read it when a key was made for their site (`todoke key create --origin`). 409 while the campaign takes no signatures or asks for work.',
      security: [],
      requestParams: path('campaign', 'language'),
      responses: answers({ '200': json(formAnswer, 'The parts.') }, 404, 409),
    },
  },
};
