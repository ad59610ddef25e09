/** The routes of a petition's way to the office, as OpenAPI describes them. */
import { z } from 'zod';
import { followUpAnswer, handInAnswer, handInFileAnswer, petitionsAnswer } from './hand-in-answers.ts';
import { followUpInput, handInInput, petitionsQuery, strikeInput } from './hand-ins.ts';
import { answers, body, file, json, path } from './openapi-parts.ts';

/** What stands beside sealing under the same address. */
export const listPetitionsPath = {
  get: {
    operationId: 'listPetitions',
    tags: ['staff'],
    summary: 'The petitions of a campaign, newest first, and which are due',
    description: 'Scope `staff`.',
    requestParams: { ...path('campaign'), query: petitionsQuery },
    responses: answers({ '200': json(petitionsAnswer, 'A page of petitions.') }, 400, 404),
  },
};

const sent = z.string().meta({ format: 'binary' });

export const handInPaths = {
  '/v1/petitions/{id}/hand-ins': {
    get: {
      operationId: 'listHandIns',
      tags: ['staff'],
      summary: 'The tries at handing a petition over',
      description: 'Scope `staff`. In the order in which they were made, with those that were struck.',
      requestParams: path('id'),
      responses: answers({ '200': json(z.strictObject({ hand_ins: z.array(handInAnswer) }), 'The tries.') }, 404),
    },
    post: {
      operationId: 'recordHandIn',
      tags: ['staff'],
      summary: 'Record a try at handing it over',
      description:
        'Scope `staff`. The same report a second time gives the first record. A receipt ends the letters: of a large petition by and by, and then its state is `handing_in` meanwhile.',
      requestParams: path('id'),
      requestBody: body(handInInput),
      responses: answers({ '201': json(handInAnswer, 'Recorded.') }, 400, 404, 409),
    },
  },
  '/v1/petitions/{id}/hand-ins/{handIn}/strike': {
    post: {
      operationId: 'strikeHandIn',
      tags: ['staff'],
      summary: 'Strike a try that was recorded by mistake',
      description: 'Scope `staff`. The record stays, and counts for nothing. 409 for the one that handed it in.',
      requestParams: path('id', 'handIn'),
      requestBody: body(strikeInput),
      responses: answers({ '200': json(handInAnswer, 'Struck.') }, 400, 404, 409),
    },
  },
  '/v1/petitions/{id}/hand-ins/{handIn}/files': {
    post: {
      operationId: 'addHandInFile',
      tags: ['staff'],
      summary: 'Add a photo or scan',
      description:
        'Scope `staff`. The bytes of a JPEG, PNG, WebP or PDF, up to 20 MB. Pictures are kept as a new JPEG without place, time and device; a PDF is kept as it is.',
      requestParams: path('id', 'handIn'),
      requestBody: {
        required: true,
        content: { 'image/jpeg': { schema: sent }, 'application/pdf': { schema: sent } },
      },
      responses: answers({ '201': json(handInFileAnswer, 'Kept.') }, 400, 404, 409, 503),
    },
  },
  '/v1/petitions/{id}/hand-ins/{handIn}/files/{file}': {
    get: {
      operationId: 'downloadHandInFile',
      tags: ['staff'],
      summary: 'A photo or scan',
      description: 'Scope `staff`.',
      requestParams: path('id', 'handIn', 'file'),
      responses: answers({ '200': file('image/jpeg', 'The file.') }, 404, 503),
    },
  },
  '/v1/petitions/{id}/follow-ups': {
    post: {
      operationId: 'recordFollowUp',
      tags: ['staff'],
      summary: 'Record that you asked the office, or that it answered',
      description: 'Scope `staff`. Starts the days of the reminder anew.',
      requestParams: path('id'),
      requestBody: body(followUpInput),
      responses: answers({ '201': json(followUpAnswer, 'Recorded.') }, 400, 404),
    },
  },
};
