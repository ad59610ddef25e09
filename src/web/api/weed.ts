/** The weed list: staff keep names from the next petition, put them back, and see which are withheld. */
import express, { Router } from 'express';
import { z } from 'zod';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Clock } from '../../clock.ts';
import { putBackName, weedList, withholdName } from '../../petitions/weed-names.ts';
import type { WeedEvent } from '../../petitions/withheld-table.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';
import { keyOf, type KeyGuard } from '../require-key.ts';
import { parse } from './campaigns.ts';
import { findCampaign } from './signatures.ts';

export interface WeedRouteNeeds {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  guard: KeyGuard;
}

export const weedInput = z
  .strictObject({
    reason: z.string().trim().min(3).max(300).describe('Why, in a sentence for your colleagues.'),
  })
  .meta({ id: 'Weed' });

export function weedRoutes(needs: WeedRouteNeeds): Router {
  const router = Router();
  const { guard, book, database } = needs;

  router.get('/v1/campaigns/:campaign/withheld', guard.need('staff'), async (request, response) => {
    const campaign = findCampaign(book, request.params['campaign'] ?? '');
    const names = await weedList(database, campaign.slug);
    response.json({
      withheld: names.map(({ letterId, target, events }) => ({ letter: letterId, target, events: events.map(view) })),
    });
  });

  for (const [path, change] of [
    ['withhold', withholdName],
    ['put-back', putBackName],
  ] as const) {
    router.post(
      `/v1/campaigns/:campaign/letters/:letter/${path}`,
      guard.need('staff'),
      express.json({ limit: '16kb' }),
      async (request, response) => {
        const campaign = findCampaign(book, request.params['campaign'] ?? '').slug;
        const { reason } = parse(weedInput, request.body, 'The request has mistakes.');
        const letterId = request.params['letter'] ?? '';
        response.json(view(await change(needs, { campaign, letterId, reason, by: keyOf(request).source })));
      },
    );
  }

  return router;
}

function view({ letterId, at, what, by, reason }: WeedEvent) {
  return { letter: letterId, at: iso(at), what, by, reason };
}
