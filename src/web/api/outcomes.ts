/** Reading outcomes: the replies that no rule knows, for whoever adds the next rule. */
import { Router } from 'express';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import { unknownReplies } from '../../outcomes/unknown-replies.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';
import { keyOf, type KeyGuard } from '../require-key.ts';

export interface OutcomeRouteNeeds {
  database: Database;
  book: CampaignBook;
  guard: KeyGuard;
}

export function outcomeRoutes({ database, book, guard }: OutcomeRouteNeeds): Router {
  const router = Router();
  router.get('/v1/outcomes/unknown', guard.need('staff'), async (request, response) => {
    const { campaigns } = keyOf(request);
    const visible = book.campaigns.filter(({ slug }) => campaigns === null || campaigns.includes(slug));
    const targets = new Set(visible.flatMap((campaign) => campaign.targets.map(({ id }) => id)));
    const { replies, lookedAt, learnt } = await unknownReplies(database, targets);
    response.json({
      replies: replies.map(({ words, count, targets: n, signerDomains, first, last, example }) => ({
        words,
        count,
        targets: n,
        signer_domains: signerDomains,
        first: iso(first),
        last: iso(last),
        example: { outcome: example.id, stage: example.stage, code: example.code, enhanced: example.enhanced },
      })),
      looked_at: lookedAt,
      learnt,
    });
  });
  return router;
}
