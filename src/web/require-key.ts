/** Who may call a route of the API: the bearer key, its scope and its campaigns. */
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import { findSourceKey, type Scope, type SourceKey } from '../intake/source-key.ts';
import { recordAction } from '../staff/staff-event-table.ts';
import { within } from '../queue/within.ts';
import type { Database } from '../storage/database.ts';

/** Keys looked up again after this long, so that a revoked one stops working. */
const rememberFor = 10_000;
const mostRemembered = 1_000;

/** Milliseconds a request waits for its key to be looked up. */
const patience = 5_000;

export interface KeyGuard {
  /**
   * Lets a request pass whose key has the scope, and covers the campaign in the path. A key for browsers passes only
   * where they are `browsers`-ready, and only from its own sites.
   */
  need(scope: Scope, where?: { browsers: boolean }): RequestHandler<Record<string, string>>;
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
  /** One question at a time for each key, however many requests bring it: the database may be slow or gone. */
  const asked = new Map<string, Promise<SourceKey | undefined>>();

  async function find(text: string): Promise<SourceKey | undefined> {
    const now = needs.now();
    const known = remembered.get(text);
    if (known && known.until > now) return known.key;
    const answer = asked.get(text) ?? ask(text).finally(() => asked.delete(text));
    asked.set(text, answer);
    return within(patience, answer);
  }

  async function ask(text: string): Promise<SourceKey | undefined> {
    const key = await findSourceKey(needs.database, text);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(text, { key, until: needs.now() + rememberFor });
    return key;
  }

  /** Before it is done, beside what people do at the console. The path holds ids only. */
  async function writeDown(key: SourceKey, { method, path }: Pick<Request, 'method' | 'path'>): Promise<void> {
    const action = {
      actor: `key:${key.id}`,
      what: `api.${method.toLowerCase()}`,
      subject: path,
      result: 'asked',
    } as const;
    const clock = { now: needs.now };
    await needs.database.write((transaction) => recordAction({ clock }, transaction, action));
  }

  return {
    need:
      (scope, { browsers } = { browsers: false }) =>
      async (request, response, next) => {
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
        if (key.origins !== null && !(browsers && key.origins.includes(request.headers.origin ?? '')))
          return next(new AppError('forbidden', 'This key signs one letter at a time, on the pages it was made for.'));
        const { campaign } = request.params;
        if (campaign !== undefined) assertCampaign(key, campaign);
        keys.set(request, key);
        if (scope === 'staff' && request.method !== 'GET') await writeDown(key, request);
        next();
      },
  };
}
