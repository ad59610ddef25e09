/** The routes of the weed list, as OpenAPI describes them. */
import { z } from 'zod';
import { weedEvents } from '../../petitions/withheld-table.ts';
import { answers, body, json, path } from './openapi-parts.ts';
import { weedInput } from './weed.ts';

export const weedAnswer = z
  .strictObject({
    letter: z.string(),
    at: z.iso.datetime(),
    what: z.enum(weedEvents),
    by: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'WeedEvent' });

export const weedListAnswer = z
  .strictObject({
    withheld: z.array(
      z.strictObject({
        letter: z.string(),
        target: z.string(),
        events: z.array(weedAnswer).describe('Newest first.'),
      }),
    ),
  })
  .meta({ id: 'WeedList' });

export const weedPaths = {
  '/v1/campaigns/{campaign}/withheld': {
    get: {
      operationId: 'readWeedList',
      tags: ['staff'],
      summary: 'Names that are kept from the next petition',
      description: 'Scope `staff`. By letter; the names themselves are with the letters.',
      requestParams: path('campaign'),
      responses: answers({ '200': json(weedListAnswer, 'The list.') }, 404),
    },
  },
  '/v1/campaigns/{campaign}/letters/{letter}/withhold': {
    post: {
      operationId: 'withholdName',
      tags: ['staff'],
      summary: 'Keep a waiting name from the next petition',
      description: 'Scope `staff`. Its letter goes on waiting; should mail arrive again, it goes by mail.',
      requestParams: path('campaign', 'letter'),
      requestBody: body(weedInput),
      responses: answers({ '200': json(weedAnswer, 'Withheld.') }, 400, 404, 409),
    },
  },
  '/v1/campaigns/{campaign}/letters/{letter}/put-back': {
    post: {
      operationId: 'putBackName',
      tags: ['staff'],
      summary: 'Let a withheld name onto the next petition again',
      description: 'Scope `staff`.',
      requestParams: path('campaign', 'letter'),
      requestBody: body(weedInput),
      responses: answers({ '200': json(weedAnswer, 'Put back.') }, 400, 404, 409),
    },
  },
};
