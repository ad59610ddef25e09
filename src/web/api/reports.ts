/** `POST /v1/reports/{provider}`: what a relay heard, by its webhook. The proof is the relay's own, not one of our keys. */
import express, { Router } from 'express';
import { AppError } from '../../errors.ts';
import { mostWebhookBytes } from '../../outcomes/intake/take-webhook.ts';
import type { Webhook, WebhookRequest } from '../../outcomes/intake/webhook.ts';
import { sayTooLarge } from './too-large.ts';

export interface ReportRouteNeeds {
  webhooks: ReadonlyMap<string, Webhook>;
  /** Resolves when all of it is on disk. */
  take(webhook: Webhook, request: Omit<WebhookRequest, 'now'>): Promise<void>;
}

export function reportRoutes(needs: ReportRouteNeeds): Router {
  const router = Router();
  const find = (name: string | undefined): Webhook => {
    const webhook = needs.webhooks.get(name ?? '');
    if (!webhook)
      throw new AppError('not-found', 'No such relay is set up here: its keys are variables of the service.');
    return webhook;
  };
  router.post(
    '/v1/reports/:provider',
    (request, _response, next) => {
      find(request.params.provider);
      next();
    },
    // The proof is over the bytes as they came, whatever they call themselves.
    express.raw({ type: () => true, limit: mostWebhookBytes }),
    async (request, response) => {
      const body: unknown = request.body;
      await needs.take(find(request.params.provider), {
        header: (name) => request.get(name),
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      });
      // Mailgun takes 200 for a yes, and no other code.
      response.status(200).end();
    },
  );
  router.use('/v1/reports', sayTooLarge('The body is larger than 2 MB: send fewer events in one request.'));
  return router;
}
