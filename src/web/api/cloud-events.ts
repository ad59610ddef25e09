/** `POST /v1/events`: signatures as CloudEvents 1.0, structured, binary or as a batch. */
import { createHash } from 'node:crypto';
import express, { Router, type Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { fieldProblems } from '../../intake/signature.ts';
import { assertCampaign, keyOf } from '../require-key.ts';
import { statusOf, toAppError, toProblem } from '../problem.ts';
import { findCampaign, mostBodyBytes, takeOne, type SignatureRouteNeeds } from './signatures.ts';

/** CloudEvents 1.0 §3: the attributes we read; extensions are allowed and ignored. */
export const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    type: z.literal('signature.created').describe('The only type todoke takes.'),
    source: z.string().min(1).max(500).describe('Together with `id` the idempotency key.'),
    id: z.string().min(1).max(200),
    subject: z.string().max(80).describe('Slug of the campaign.'),
    data: z.unknown().describe('A Signature.'),
  })
  .meta({ id: 'CloudEvent' });

const mostEvents = 1_000;

export function cloudEventRoutes(needs: SignatureRouteNeeds): Router {
  const router = Router();
  const json = express.json({ limit: '4mb', type: ['application/cloudevents-batch+json'] });
  const one = express.json({ limit: mostBodyBytes, type: ['application/json', 'application/cloudevents+json'] });
  router.post('/v1/events', needs.guard.need('sign'), one, json, async (request, response) => {
    if (request.is('application/cloudevents-batch+json')) {
      const batch = z
        .array(z.unknown())
        .max(mostEvents, `send at most ${mostEvents} events in one batch`)
        .safeParse(request.body);
      if (!batch.success)
        throw new AppError('invalid', 'The batch cannot be read.', { fields: fieldProblems(batch.error) });
      const results = await Promise.all(
        batch.data.map((event) =>
          takeEvent(needs, request, event).then((answer) => ({ code: 202, ...answer }), refusal),
        ),
      );
      return void response.status(207).json(results);
    }
    const event: unknown = request.is('application/cloudevents+json') ? request.body : fromHeaders(request);
    response.status(202).json(await takeEvent(needs, request, event));
  });
  return router;
}

/** Binary mode: the attributes are headers, the body is the data. */
function fromHeaders(request: Request): unknown {
  const attribute = (name: string): string | undefined => request.get(`ce-${name}`);
  const [specversion, type, source, id, subject] = ['specversion', 'type', 'source', 'id', 'subject'].map(attribute);
  return { specversion, type, source, id, subject, data: request.body as unknown };
}

async function takeEvent(needs: SignatureRouteNeeds, request: Request, input: unknown) {
  const parsed = cloudEvent.safeParse(input);
  if (!parsed.success)
    throw new AppError('invalid', 'The event is no CloudEvents 1.0 event of type signature.created.', {
      fields: fieldProblems(parsed.error),
    });
  const { subject, data, source, id } = parsed.data;
  const key = keyOf(request);
  assertCampaign(key, subject);
  const withoutId =
    typeof data === 'object' && data !== null && 'event_id' in data ? { ...data, event_id: undefined } : data;
  return takeOne(needs, findCampaign(needs.book, subject), key.source, withoutId, eventIdOf(source, id));
}

/** Source and id together name an event (CloudEvents 1.0 §3.1.1); hashed, since either may be long. */
function eventIdOf(source: string, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('base64url');
}

function refusal(thrown: unknown) {
  const error = toAppError(thrown);
  return { code: statusOf(error), problem: toProblem(error) };
}
