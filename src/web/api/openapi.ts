/** The OpenAPI 3.1 description, made from the schemas that validate. */
import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { signatureInput } from '../../intake/signature.ts';
import {
  acceptedAnswer,
  campaignAnswer,
  lettersAnswer,
  lineAnswer,
  petitionAnswer,
  switchAnswer,
  targetAnswer,
} from './answers.ts';
import { channelInput, lettersQuery } from './campaigns.ts';
import { cloudEvent } from './cloud-events.ts';
import { embedPaths } from './openapi-embed.ts';
import { handInPaths, listPetitionsPath } from './openapi-hand-ins.ts';
import { holdPaths } from './openapi-holds.ts';
import { answers, body, file, json, path } from './openapi-parts.ts';
import { compiled, voided } from './openapi-petitions.ts';
import { csvQuery } from './petition-downloads.ts';
import { reportPaths } from './openapi-reports.ts';
import { weedPaths } from './openapi-weed.ts';
import { compileInput, voidInput } from './petitions.ts';

const paths: ZodOpenApiPathsObject = {
  '/v1/campaigns/{campaign}/signatures': {
    post: {
      operationId: 'sign',
      tags: ['sign'],
      summary: 'Push one signature, or many as a stream',
      description:
        'Scope `sign`. A key made with `--origin` works in the browsers of visitors of that site (CORS), for one signature at a time and within the limits of the campaign. 202 is answered after the signature is on disk. The same `event_id` or `Idempotency-Key` gives the same answer and one signature. As `application/x-ndjson` send one Signature per line, any number: the answer is a stream with one result line each, in the same order.',
      requestParams: { ...path('campaign'), header: z.object({ 'Idempotency-Key': z.string().max(200).optional() }) },
      requestBody: {
        required: true,
        content: { 'application/json': { schema: signatureInput }, 'application/x-ndjson': { schema: signatureInput } },
      },
      responses: answers(
        {
          '202': json(acceptedAnswer, 'On disk.'),
          '200': {
            description: 'The result lines of a stream.',
            content: { 'application/x-ndjson': { schema: lineAnswer } },
          },
        },
        400,
        404,
        409,
        429,
        503,
      ),
    },
  },
  '/v1/events': {
    post: {
      operationId: 'pushEvents',
      tags: ['sign'],
      summary: 'Push signatures as CloudEvents 1.0',
      description:
        'Scope `sign`. Structured, binary or batch mode; `subject` is the campaign, `source` and `id` together are the idempotency key.',
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': { schema: cloudEvent },
          'application/cloudevents-batch+json': { schema: z.array(cloudEvent) },
          'application/json': { schema: signatureInput },
        },
      },
      responses: answers(
        {
          '202': json(acceptedAnswer, 'On disk.'),
          '207': { description: 'One result per event of a batch, in order.' },
        },
        400,
        404,
        409,
        503,
      ),
    },
  },
  '/v1/campaigns': {
    get: {
      operationId: 'listCampaigns',
      tags: ['read'],
      summary: 'All campaigns of the key, with letters by state',
      description: 'Scope `read`.',
      responses: answers({ '200': json(z.strictObject({ campaigns: z.array(campaignAnswer) }), 'The campaigns.') }),
    },
  },
  '/v1/campaigns/{campaign}': {
    get: {
      operationId: 'readCampaign',
      tags: ['read'],
      summary: 'One campaign, with letters by state',
      description: 'Scope `read`.',
      requestParams: path('campaign'),
      responses: answers({ '200': json(campaignAnswer, 'The campaign.') }, 404),
    },
  },
  '/v1/campaigns/{campaign}/letters': {
    get: {
      operationId: 'listLetters',
      tags: ['read'],
      summary: 'Letters and their states, page by page',
      description: 'Scope `read`; with the scope `personal` also who signed.',
      requestParams: { ...path('campaign'), query: lettersQuery },
      responses: answers({ '200': json(lettersAnswer, 'A page of letters.') }, 400, 404),
    },
  },
  '/v1/campaigns/{campaign}/targets/{target}': {
    get: {
      operationId: 'readTarget',
      tags: ['read'],
      summary: 'How a target is reached now, and why',
      description: 'Scope `read`. Every switch comes with the evidence that caused it.',
      requestParams: path('campaign', 'target'),
      responses: answers({ '200': json(targetAnswer, 'The target.') }, 404),
    },
  },
  '/v1/campaigns/{campaign}/targets/{target}/channel': {
    post: {
      operationId: 'overrideChannel',
      tags: ['staff'],
      summary: 'Override how a target is reached',
      description: 'Scope `staff`. What staff shut is not probed by itself.',
      requestParams: path('campaign', 'target'),
      requestBody: body(channelInput),
      responses: answers({ '200': json(switchAnswer, 'The switch.') }, 400, 404, 409),
    },
  },
  ...embedPaths,
  ...holdPaths,
  ...reportPaths,
  ...weedPaths,
  ...handInPaths,
  '/v1/campaigns/{campaign}/petitions': {
    ...listPetitionsPath,
    post: {
      operationId: 'compilePetition',
      tags: ['staff'],
      summary: 'Seal the waiting names into a petition',
      description: 'Scope `staff`. Its files are made afterwards; `files_ready` tells.',
      requestParams: path('campaign'),
      requestBody: body(compileInput),
      responses: answers(compiled, 400, 404, 409),
    },
  },
  '/v1/petitions/{id}': {
    get: {
      operationId: 'readPetition',
      tags: ['staff'],
      summary: 'A petition and its hand-ins',
      description: 'Scope `staff`.',
      requestParams: path('id'),
      responses: answers({ '200': json(petitionAnswer, 'The petition.') }, 404),
    },
  },
  '/v1/petitions/{id}/volumes/{volume}.pdf': {
    get: {
      operationId: 'downloadVolume',
      tags: ['staff'],
      summary: 'One volume as PDF',
      description: 'Scope `staff`.',
      requestParams: path('id', 'volume'),
      responses: answers({ '200': file('application/pdf', 'The volume.') }, 404, 503),
    },
  },
  '/v1/petitions/{id}/letters/{volume}.pdf': {
    get: {
      operationId: 'downloadLetterOfNames',
      tags: ['staff'],
      summary: 'The letter of names of one volume as PDF',
      description: 'Scope `staff`. 404 unless its campaign says `namesLetter`.',
      requestParams: path('id', 'volume'),
      responses: answers({ '200': file('application/pdf', 'The letter.') }, 404, 503),
    },
  },
  '/v1/petitions/{id}/names.csv': {
    get: {
      operationId: 'downloadNames',
      tags: ['staff'],
      summary: 'The names as CSV',
      description: 'Scope `staff`. Numbers and names, nothing else.',
      requestParams: { ...path('id'), query: csvQuery },
      responses: answers({ '200': file('text/csv', 'The names.') }, 400, 404, 503),
    },
  },
  '/v1/petitions/{id}/names.txt': {
    get: {
      operationId: 'downloadNamesAsText',
      tags: ['staff'],
      summary: 'The names as plain text',
      description: 'Scope `staff`. One name a line: the very bytes whose SHA-256 is the digest on the paper.',
      requestParams: path('id'),
      responses: answers({ '200': file('text/plain', 'The names.') }, 404, 503),
    },
  },
  '/v1/petitions/{id}/archive.zip': {
    get: {
      operationId: 'downloadArchive',
      tags: ['staff'],
      summary: 'Volumes, names and manifest in one ZIP, with SHA256SUMS',
      description: 'Scope `staff`. Every file is checked against the manifest before the first byte is sent.',
      requestParams: path('id'),
      responses: answers({ '200': file('application/zip', 'The archive.') }, 400, 404, 503),
    },
  },
  '/v1/petitions/{id}/manifest.json': {
    get: {
      operationId: 'readManifest',
      tags: ['staff'],
      summary: 'The manifest with counts, ranges and digests',
      description: 'Scope `staff`.',
      requestParams: path('id'),
      responses: answers({ '200': json(z.looseObject({}), 'The manifest.') }, 404, 503),
    },
  },
  '/v1/petitions/{id}/void': {
    post: {
      operationId: 'voidPetition',
      tags: ['staff'],
      summary: 'Declare a sealed petition void',
      description: 'Scope `staff`. Its names wait for the next one.',
      requestParams: path('id'),
      requestBody: body(voidInput),
      responses: answers(voided, 400, 404, 409),
    },
  },
};

/** The document served at `/openapi.json`. */
export function openApiDocument(origin: string) {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'todoke',
      version: '1',
      description: 'Carries each signed letter: by mail, and by hand when mail no longer arrives.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    security: [{ key: [] }],
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'Made by `todoke key create`.' } },
    },
    paths,
  });
}
