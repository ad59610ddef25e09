/** The public server: pages and API, in the order a request meets them. */
import express, { Router, type Express } from 'express';
import type { Log } from '../log.ts';
import { AppError } from '../errors.ts';
import { campaignRoutes, type CampaignRouteNeeds } from './api/campaigns.ts';
import { cloudEventRoutes } from './api/cloud-events.ts';
import { handInFileRoutes } from './api/hand-in-files.ts';
import { handInRoutes } from './api/hand-ins.ts';
import { holdRoutes, type HoldRouteNeeds } from './api/holds.ts';
import { openApiDocument } from './api/openapi.ts';
import { outcomeRoutes, type OutcomeRouteNeeds } from './api/outcomes.ts';
import { petitionRoutes, type PetitionRouteNeeds } from './api/petitions.ts';
import { reportRoutes, type ReportRouteNeeds } from './api/reports.ts';
import { signatureRoutes, type SignatureRouteNeeds } from './api/signatures.ts';
import { weedRoutes } from './api/weed.ts';
import { renderDocs } from './pages/docs-page.ts';
import { mailRoutes, type MailRouteNeeds } from './pages/mail-routes.ts';
import { lostReaders, pagesRouter, type PageNeeds } from './pages/pages-router.ts';
import { problemHandler } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

export interface ServerNeeds {
  log: Log;
  origin: () => string;
  /** Whose X-Forwarded-For is believed; undefined: nobody's. */
  trustProxy: number | string[] | undefined;
  signatures: SignatureRouteNeeds;
  campaigns: CampaignRouteNeeds;
  holds: HoldRouteNeeds;
  outcomes: OutcomeRouteNeeds;
  petitions: PetitionRouteNeeds;
  reports: ReportRouteNeeds;
  pages: PageNeeds;
  console: Router;
  mails: MailRouteNeeds;
}

/** Makes the Express application; the caller listens. */
export function createServer(needs: ServerNeeds): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  if (needs.trustProxy !== undefined) app.set('trust proxy', needs.trustProxy);
  app.use(securityHeaders());
  app.use(signatureRoutes(needs.signatures));
  app.use(cloudEventRoutes(needs.signatures));
  app.use(campaignRoutes(needs.campaigns));
  app.use(holdRoutes(needs.holds));
  app.use(outcomeRoutes(needs.outcomes));
  app.use(petitionRoutes(needs.petitions));
  app.use(handInRoutes(needs.petitions));
  app.use(handInFileRoutes(needs.petitions));
  app.use(weedRoutes(needs.petitions));
  app.use(reportRoutes(needs.reports));
  app.use(docsRoutes(needs.origin));
  app.use('/v1', (_request, _response, next) =>
    next(new AppError('not-found', 'There is no such route: /openapi.json lists them.')),
  );
  app.use('/v1', problemHandler(needs.log));
  app.use(needs.console);
  app.use(pagesRouter(needs.pages, mailRoutes(needs.mails)));
  app.use(lostReaders(needs.pages));
  app.use(problemHandler(needs.log));
  return app;
}

function docsRoutes(origin: () => string): Router {
  const router = Router();
  router.get('/openapi.json', (_request, response) => void response.json(openApiDocument(origin())));
  router.get('/docs', (_request, response) => void response.type('html').send(renderDocs(openApiDocument(origin()))));
  return router;
}
