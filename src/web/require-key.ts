/** Who may call a route of the API: the bearer key, its scope and its campaigns. */
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import { findSourceKey, type Scope, type SourceKey } from '../intake/source-key.ts';
import type { Database } from '../storage/database.ts';

/** Keys looked up again after this long, so that a revoked one stops working. */
const rememberFor = 10_000;
const mostRemembered = 1_000;

export interface KeyGuard {
  /** Lets a request pass whose key has the scope, and covers the campaign in the path. */
  need(scope: Scope): RequestHandler<Record<string, string>>;
}

const keys = new WeakMap<object, SourceKey>();

/** The key a guarded request came with. */
export function keyOf(request: Pick<Request, 'headers'>): SourceKey {
  const key = keys.get(request);
  if (!key) throw new AppError('internal', 'This route is not guarded.');
  return key;
}

/** Throws `forbidden` when a key may not touch a campaign. */
export function assertCampaign(key: SourceKey, campaign: string): void {
  if (key.campaigns !== null && !key.campaigns.includes(campaign))
    throw new AppError('forbidden', 'This key is not made for this campaign.');
}

export function createKeyGuard(needs: { database: Database; now: () => number }): KeyGuard {
  const remembered = new Map<string, { key: SourceKey | undefined; until: number }>();

  async function find(text: string): Promise<SourceKey | undefined> {
    const now = needs.now();
    const known = remembered.get(text);
    if (known && known.until > now) return known.key;
    const key = await findSourceKey(needs.database, text);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(text, { key, until: now + rememberFor });
    return key;
  }

  return {
    need: (scope) => async (request, response, next) => {
      const [, text] = /^Bearer +(\S{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
      const key = text === undefined ? undefined : await find(text);
      if (!key) {
        response.set('WWW-Authenticate', 'Bearer');
        return next(
          new AppError(
            'unauthenticated',
            'Send a valid key as "Authorization: Bearer todoke_…"; `todoke key create` makes one.',
          ),
        );
      }
      if (!key.scopes.includes(scope)) return next(new AppError('forbidden', `This key lacks the scope "${scope}".`));
      const { campaign } = request.params;
      if (campaign !== undefined) assertCampaign(key, campaign);
      keys.set(request, key);
      next();
    },
  };
}
