/** Cross-origin requests (Fetch standard, CORS): only sites that a key was made for are answered, each by its name. */
import type { RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import { browserKeys, type SourceKey } from '../intake/source-key.ts';
import type { Database } from '../storage/database.ts';

/** Milliseconds for which the list of keys is believed, so that a revoked one stops working. */
const rememberFor = 10_000;

/** Seconds for which a browser need not ask again. */
const preflightFor = 600;

/** Makes the middleware for a route and these of its methods. */
export type CrossOrigin = (...methods: string[]) => RequestHandler<Record<string, string>>;

/**
 * Middleware for routes with `:campaign` in their path. Answers preflights, and puts the header on every answer to a
 * site that is allowed, refusals too: a form there must be able to say what was wrong.
 */
export function createCrossOrigin(needs: { database: Database; now(): number }): CrossOrigin {
  let known: { keys: Promise<SourceKey[]>; until: number } | undefined;

  async function isAllowed(origin: string, campaign: string | undefined): Promise<boolean> {
    const now = needs.now();
    if (!known || known.until <= now) {
      const keys = browserKeys(needs.database);
      known = { keys, until: now + rememberFor };
      keys.catch(() => (known = undefined));
    }
    return (await known.keys).some(
      ({ origins, campaigns }) =>
        origins?.includes(origin) && (campaigns === null || (campaign !== undefined && campaigns.includes(campaign))),
    );
  }

  return (...methods) =>
    async (request, response, next) => {
      const { origin } = request.headers;
      response.vary('Origin');
      const allowed = origin !== undefined && (await isAllowed(origin, request.params['campaign']));
      if (allowed) {
        response.set('Access-Control-Allow-Origin', origin).set('Access-Control-Expose-Headers', 'Retry-After');
      }
      if (request.method !== 'OPTIONS') return next();
      if (!allowed) return next(new AppError('forbidden', 'No key is made for this site: todoke key create --origin.'));
      response.set({
        'Access-Control-Allow-Methods': methods.join(', '),
        'Access-Control-Allow-Headers': 'authorization, content-type, idempotency-key',
        'Access-Control-Max-Age': String(preflightFor),
      });
      response.status(204).end();
    };
}
