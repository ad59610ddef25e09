/** The routes of staff about what keeps letters from leaving, as OpenAPI describes them. */
import { holdAnswer, siteAnswer, unknownAnswer } from './answers.ts';
import { holdInput } from './holds.ts';
import { answers, body, json, path } from './openapi-parts.ts';

export const holdPaths = {
  '/v1/campaigns/{campaign}/targets/{target}/pause': {
    post: {
      operationId: 'pauseTarget',
      tags: ['staff'],
      summary: 'Let no letter leave for a target',
      description: 'Scope `staff`. Letters wait, neither mailed nor put on paper, until somebody resumes.',
      requestParams: path('campaign', 'target'),
      requestBody: body(holdInput),
      responses: answers({ '200': json(holdAnswer, 'The pause.') }, 400, 404, 409),
    },
  },
  '/v1/campaigns/{campaign}/targets/{target}/resume': {
    post: {
      operationId: 'resumeTarget',
      tags: ['staff'],
      summary: "Let a target's letters leave again",
      description: 'Scope `staff`. After trouble of ours one letter tries first, at once.',
      requestParams: path('campaign', 'target'),
      requestBody: body(holdInput),
      responses: answers({ '200': json(holdAnswer, 'The end of the pause.') }, 400, 404, 409),
    },
  },
  '/v1/site': {
    get: {
      operationId: 'readSite',
      tags: ['staff'],
      summary: 'What keeps all letters from leaving, or those for single targets',
      description: 'Scope `staff`. Trouble of ours: relay, address, keys. It is never counted against a target.',
      responses: answers({ '200': json(siteAnswer, 'The site.') }),
    },
  },
  '/v1/site/pause': {
    post: {
      operationId: 'pauseSite',
      tags: ['staff'],
      summary: 'Let no letter leave at all',
      description: 'Scope `staff`, with a key for all campaigns.',
      requestBody: body(holdInput),
      responses: answers({ '200': json(holdAnswer, 'The pause.') }, 400, 409),
    },
  },
  '/v1/site/resume': {
    post: {
      operationId: 'resumeSite',
      tags: ['staff'],
      summary: 'Let letters leave again',
      description:
        'Scope `staff`, with a key for all campaigns. After trouble of ours one letter tries first, at once: use it when the cause is mended.',
      requestBody: body(holdInput),
      responses: answers({ '200': json(holdAnswer, 'The end of the pause.') }, 400, 409),
    },
  },
  '/v1/outcomes/unknown': {
    get: {
      operationId: 'listUnknownReplies',
      tags: ['staff'],
      summary: 'Replies that no rule knows, for review',
      description:
        'Scope `staff`. Grouped by their words, without names. Such a reply is counted against nobody. It leaves the list when a rule for it is added.',
      responses: answers({ '200': json(unknownAnswer, 'The replies.') }),
    },
  },
};
