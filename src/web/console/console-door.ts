/** The one way to a page of the console: each route says who may use it, and nothing else is answered. */
import { timingSafeEqual } from 'node:crypto';
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../../errors.ts';
import { may, type Permission } from '../../staff/roles.ts';
import { findSession, formToken, seeSession, type SignedIn } from '../../staff/sessions.ts';
import { recordAction } from '../../staff/staff-event-table.ts';
import { takeNotice, leaveNotice } from '../../staff/session-notice.ts';
import type { ConsoleFrame } from './console-frame.ts';
import type { ConsoleNeeds } from './console-needs.ts';
import { formOf } from './read-form.ts';
import { isFromUs } from './same-origin.ts';
import { makeVisit, type StaffVisit, type Visit } from './visit.ts';

/** Whom a route is for: a permission, everybody on staff, who still owes the second factor, or anybody at all. */
export type Need = Permission | 'self' | 'half' | 'anybody';

/**
 * What a form does, for the audit log: a verb with its subject, written before the handler runs, with the route's
 * `:id` and the field `reason`. `by-step`: the step writes it itself, in its own transaction.
 */
export type Recorded = 'by-step' | { what: string };

export interface DeclaredRoute {
  method: 'GET' | 'POST';
  path: string;
  need: Need;
}

type Handler<V> = (visit: V) => void | Promise<void>;

export interface Door {
  /** A page for who has the permission; `self` is everybody on staff. Paths begin below `/console`. */
  get(path: string, need: Permission | 'self', handler: Handler<StaffVisit>): void;
  /** A form of such a page. `body` reads another kind of body than a plain form; it must leave `csrf` in it. */
  post(
    path: string,
    rule: { need: Permission | 'self'; recorded: Recorded; body?: RequestHandler },
    handler: Handler<StaffVisit>,
  ): void;
  /** A page or form for who still owes the second factor. */
  half(method: 'GET' | 'POST', path: string, handler: Handler<StaffVisit>): void;
  /** A page or form for anybody: signing in. */
  open(method: 'GET' | 'POST', path: string, handler: Handler<Visit>): void;
  /** Every route with what it needs: the table of rights as it is enforced. */
  readonly routes: readonly DeclaredRoute[];
  readonly router: Router;
}

const plainForm = express.urlencoded({ extended: false, limit: '256kb', parameterLimit: 300 });

export function createDoor(needs: ConsoleNeeds, frame: ConsoleFrame): Door {
  const { database, clock } = needs;
  const router = Router({ caseSensitive: true });
  const routes: DeclaredRoute[] = [];

  /** Who asks, with the token of her forms. */
  async function recognise(request: Request): Promise<{ signedIn: SignedIn | undefined; csrf: string }> {
    const token = frame.cookies.read(request, 'session');
    const signedIn = token === undefined ? undefined : await findSession(needs, token);
    return { signedIn, csrf: token !== undefined && signedIn ? formToken(token) : '' };
  }

  async function arrive(request: Request, response: Response): Promise<{ visit: StaffVisit; csrf: string }> {
    const { signedIn, csrf } = await recognise(request);
    // What the script fetches is no sign of a person: it neither keeps a session alive nor eats a notice.
    const byScript = request.get('x-todoke-live') !== undefined;
    const isPage = request.method === 'GET' && !byScript && signedIn?.session.stage === 'full';
    if (isPage) await seeSession(needs, signedIn.session);
    const notice = isPage && request.accepts('html') ? await takeNotice(database, signedIn.session) : undefined;
    const visit = makeVisit(frame, { request, response, signedIn, csrf, notice });
    return { visit: withSession(needs, visit), csrf };
  }

  function declare(
    method: 'GET' | 'POST',
    {
      path,
      need,
      recorded,
      body = plainForm,
    }: { path: string; need: Need; recorded?: Recorded; body?: RequestHandler },
    handler: Handler<StaffVisit>,
  ): void {
    routes.push({ method, path: `/console${path}`, need });
    const come: RequestHandler = async (request, response, next) => {
      if (method === 'POST' && !isFromUs(request, needs.origin())) return next(foreignForm());
      const { visit, csrf } = await arrive(request, response);
      const way = turnedAway(need, visit);
      if (way === 'forbidden') return next(new AppError('forbidden', 'Your role may not do this.'));
      // A stream cannot follow to a page; told so, the script looks at its own page again.
      if (way !== undefined && request.get('accept') === 'text/event-stream') return response.status(401).end();
      if (way !== undefined) return response.redirect(303, way);
      if (method === 'GET') return handler(visit);
      await new Promise<void>((resolve, reject) => {
        const read: unknown = body(request, response, (error?: unknown) =>
          error === undefined ? resolve() : reject(error as Error),
        );
        // A body that is read asynchronously refuses by rejecting, as Express takes it too.
        Promise.resolve(read).catch(reject);
      });
      visit.form = formOf(request.body);
      if (visit.signedIn !== undefined && !isSame(visit.form['csrf'], csrf)) return next(foreignForm());
      if (recorded === undefined || recorded === 'by-step') return handler(visit);
      await written(visit, recorded.what, () => handler(visit));
    };
    if (method === 'GET') router.get(path, come);
    else router.post(path, come);
  }

  /** Writes an action down before it is done, and once more when it could not be. */
  async function written(visit: StaffVisit, what: string, act: () => void | Promise<void>): Promise<void> {
    const { id } = visit.request.params;
    const action = {
      actor: visit.signedIn.staff.id,
      what,
      subject: typeof id === 'string' ? id : '',
      reason: visit.form['reason'] ?? '',
    };
    const write = (result: 'asked' | 'failed'): Promise<void> =>
      database.write((transaction) => recordAction({ clock }, transaction, { ...action, result }));
    await write('asked');
    try {
      await act();
    } catch (thrown) {
      await write('failed');
      throw thrown;
    }
    if (visit.response.statusCode >= 400) await write('failed');
  }

  return {
    get: (path, need, handler) => declare('GET', { path, need }, handler),
    post: (path, rule, handler) => declare('POST', { path, ...rule }, handler),
    half: (method, path, handler) => declare(method, { path, need: 'half' }, handler),
    open: (method, path, handler) => declare(method, { path, need: 'anybody' }, handler),
    routes,
    router,
  };
}

/** Where somebody is sent instead, or that she may not; undefined when she may come in. */
function turnedAway(need: Need, { signedIn, request }: Visit): string | undefined {
  if (need === 'anybody') return undefined;
  if (!signedIn) {
    const next = request.method === 'GET' ? `?next=${encodeURIComponent(request.originalUrl)}` : '';
    return `/console/sign-in${next}`;
  }
  if (need === 'half') return signedIn.session.stage === 'password' ? undefined : '/console';
  if (signedIn.session.stage !== 'full') return '/console/sign-in/code';
  if (need === 'self' || may(signedIn.staff.role, need)) return undefined;
  return 'forbidden';
}

/** Adds what only somebody who is signed in can do. Routes for anybody use none of it. */
function withSession({ database, clock }: ConsoleNeeds, visit: Visit): StaffVisit {
  const signedIn = visit.signedIn as SignedIn;
  return Object.assign(visit, {
    signedIn,
    may: (permission: Permission) => may(signedIn.staff.role, permission),
    record: (what: string, subject = '', reason = '') =>
      database.write((transaction) =>
        recordAction({ clock }, transaction, { actor: signedIn.staff.id, what, subject, reason }),
      ),
    async done(path: string, notice?: string) {
      if (notice !== undefined) await leaveNotice(database, signedIn.session.id, notice);
      visit.response.redirect(303, path);
    },
  });
}

function isSame(given: string | undefined, right: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(right)];
  return right !== '' && a.length === b.length && timingSafeEqual(a, b);
}

/** Shown as a page of its own: the same person may just have an old tab. */
export class ForeignForm extends AppError {}

function foreignForm(): ForeignForm {
  return new ForeignForm('forbidden', 'This form was not sent by a page of yours: open the page anew.');
}
