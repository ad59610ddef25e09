/** The door for relays' webhooks, as OpenAPI describes it. */
import { z } from 'zod';
import { relayNames } from '../../outcomes/returned-mail-table.ts';
import { answers } from './openapi-parts.ts';

export const reportPaths = {
  '/v1/reports/{provider}': {
    post: {
      operationId: 'pushReport',
      tags: ['reports'],
      summary: 'What a relay heard: bounces, delays, deliveries, complaints',
      description:
        "For the webhook of a relay, in the relay's own form. It needs no key of ours: Amazon SES (over SNS), SendGrid and Mailgun sign what they send, Postmark and Brevo bring a login or a token. A door is open when its variable is set. 200 is answered after the events are on disk; events about other mail are passed over.",
      security: [],
      requestParams: { path: z.object({ provider: z.enum(relayNames) }) },
      requestBody: {
        required: true,
        content: { 'application/json': { schema: z.unknown().describe("The relay's own form.") } },
      },
      responses: answers({ '200': { description: 'On disk, or not about a letter.' } }, 400, 404, 503),
    },
  },
};
