/** What keeps letters from leaving, for one target or for all: reading it, pausing and resuming by staff. */
import express, { Router, type RequestHandler } from 'express';
import { z } from 'zod';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { pauseSending, resumeSending, type PauseNeeds } from '../../outbox/pause-sending.ts';
import { ourSite, targetOf, towards, troubledSites } from '../../outbox/site-table.ts';
import type { Database } from '../../storage/database.ts';
import { keyOf, type KeyGuard } from '../require-key.ts';
import { findTarget, parse } from './campaigns.ts';
import { eventView, holdView } from './hold-view.ts';
import { findCampaign } from './signatures.ts';

export interface HoldRouteNeeds {
  database: Database;
  book: CampaignBook;
  clock: Clock;
  guard: KeyGuard;
  pause: PauseNeeds;
}

export const holdInput = z
  .strictObject({ reason: z.string().trim().min(3).max(300).describe('Why, in a sentence for your colleagues.') })
  .meta({ id: 'Hold' });

const steps = { pause: pauseSending, resume: resumeSending } as const;

export function holdRoutes(needs: HoldRouteNeeds): Router {
  const router = Router();
  const { guard, book, database } = needs;
  const body = express.json({ limit: '16kb' });

  router.get('/v1/site', guard.need('staff'), async (_request, response) => {
    const troubled = await troubledSites(database.read);
    const targets = troubled.flatMap(({ id }) => targetOf(id) ?? []);
    response.json({
      ...(await holdView(needs, ourSite)),
      targets: await Promise.all(
        targets.map(async (target) => ({ target, trouble: (await holdView(needs, towards(target))).trouble })),
      ),
    });
  });

  for (const step of ['pause', 'resume'] as const) {
    router.post(`/v1/site/${step}`, guard.need('staff'), onlyForAll, body, async (request, response) => {
      const { reason } = parse(holdInput, request.body, 'The request has mistakes.');
      const event = await steps[step](needs.pause, { place: ourSite, by: keyOf(request).source, reason });
      response.json(eventView(event));
    });
    router.post(
      `/v1/campaigns/:campaign/targets/:target/${step}`,
      guard.need('staff'),
      body,
      async (request, response) => {
        const campaign = findCampaign(book, request.params['campaign'] ?? '');
        const target = findTarget(campaign, request.params['target'] ?? '');
        const { reason } = parse(holdInput, request.body, 'The request has mistakes.');
        const event = await steps[step](needs.pause, { place: towards(target.id), by: keyOf(request).source, reason });
        response.json(eventView(event));
      },
    );
  }

  /** A key for some campaigns must not stop the others. */
  function onlyForAll(...[request, _response, next]: Parameters<RequestHandler>): void {
    const isForAll = keyOf(request).campaigns === null;
    next(isForAll ? undefined : new AppError('forbidden', 'Only a key that is made for all campaigns may do this.'));
  }

  return router;
}
