/** All public pages: the list of campaigns, each campaign, receipts, style and scripts. They work without script. */
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { assertWords } from '../../campaigns/words.ts';
import { actionRoutes } from './action-routes.ts';
import { assetRoutes } from './assets.ts';
import { toAppError } from '../problem.ts';
import { embedRoutes } from './embed-routes.ts';
import { type Failure, pageStatus, sendFailure } from './failure-page.ts';
import { homePage } from './home-page.ts';
import { houseLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { receiptRoutes } from './receipt-routes.ts';
import { sendPage } from './render-page.ts';

export type { PageNeeds } from './page-needs.ts';

/**
 * Makes the router; `others` are routes whose mishaps are told on a page too. Throws `invalid` when a campaign speaks a
 * language without words.
 */
export function pagesRouter(needs: PageNeeds, ...others: readonly Router[]): Router {
  assertWords(needs.words, needs.book.campaigns);
  const router = Router({ caseSensitive: true });

  router.get('/', (request, response) => {
    const tongue = houseLanguage(request, needs.words, request.query['language']);
    sendPage(response.vary('Accept-Language'), tongue.language, homePage(needs, tongue));
  });

  router.use(assetRoutes(), embedRoutes(needs), actionRoutes(needs), receiptRoutes(needs));
  router.use(...others, failures(needs));
  return router;
}

/** What no route took: a reader with a mistyped address is told so in words. */
export function lostReaders({ words }: Pick<PageNeeds, 'words'>): RequestHandler {
  return (request, response) =>
    sendFailure(response, houseLanguage(request, words), { status: 404, said: 'not-found' });
}

/** Tells in words what went wrong; accidents are told to `needs.failed`, never to the reader. */
function failures(needs: PageNeeds): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const tongue = houseLanguage(request, needs.words);
    const answer = (status: number, said: Failure['said']): void => sendFailure(response, tongue, { status, said });
    if (response.headersSent) return next(error);
    // Express and body-parser put the status of a request they cannot read on the error.
    const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
    if (status === 413) return answer(413, 'too-large');
    if (status >= 400 && status < 500) return answer(status, request.method === 'POST' ? 'invalid' : 'not-found');
    const known = toAppError(error);
    if (known.code !== 'internal') {
      if (known.code === 'unavailable' || known.code === 'too-many')
        response.set('Retry-After', String(known.retryAfter ?? 60));
      // No page asks for a key; to a reader both are the same closed door.
      return answer(pageStatus(known), known.code === 'unauthenticated' ? 'forbidden' : known.code);
    }
    if (needs.failed === undefined) return next(error);
    needs.failed(error);
    answer(500, 'internal');
  };
}
