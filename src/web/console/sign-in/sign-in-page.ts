/** Signing in and out: the password, the code of the second factor, and the first password of an invitation. */
import type { ConsolePage } from '../console-page.ts';
import { signIn, signInWithCode, type Caller, type SignInEnd, type SignInNeeds } from '../../../staff/sign-in.ts';
import { endSession } from '../../../staff/sessions.ts';
import { knownBrowser } from '../../../staff/known-browser.ts';
import { recordAction } from '../../../staff/staff-event-table.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleFrame } from '../console-frame.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { localPath } from '../same-origin.ts';
import { fill, type Visit } from '../visit.ts';
import { invitationRoutes } from './invitation-page.ts';
import { openIdChoice, openIdRoutes } from './open-id-routes.ts';
import { signInWords } from './sign-in-words.ts';

export const signInPage: ConsolePage = {
  words: [signInWords],
  routes(door, needs, frame) {
    passwordRoutes(door, needs, frame);
    codeRoutes(door, needs, frame);
    signOutRoute(door, needs, frame);
    invitationRoutes(door, needs, frame);
    openIdRoutes(door, needs, frame);
  },
};

/** Who asks, for counting tries and for the list of sessions. */
export function callerOf(frame: ConsoleFrame, { request }: Pick<Visit, 'request'>): Caller {
  return {
    address: request.ip ?? '',
    agent: request.get('user-agent') ?? '',
    browser: frame.cookies.read(request, 'browser'),
  };
}

function signInNeeds({ database, clock, keys, metrics }: ConsoleNeeds): SignInNeeds {
  return { database, clock, keys, tried: metrics.signIn };
}

function passwordRoutes(door: Door, needs: ConsoleNeeds, frame: ConsoleFrame): void {
  const hasOpenId = openIdChoice(needs) !== undefined;
  const show = (visit: Visit, shown: Shown): void => showSignIn(visit, { ...shown, hasOpenId });

  door.open('GET', '/sign-in', (visit) => {
    const next = localPath(visit.request.query['next']);
    if (visit.signedIn?.session.stage === 'full') return visit.response.redirect(303, next);
    const words = visit.words(signInWords);
    const said = visit.request.query['said'];
    if (said === 'open-id-failed' || said === 'open-id-unknown') return show(visit, { next, problem: words[said] });
    show(visit, { next, said: said === 'signed-out' ? words['signed-out'] : undefined });
  });

  door.open('POST', '/sign-in', async (visit) => {
    const { login = '', password = '', next } = visit.form;
    const end = await signIn(signInNeeds(needs), { login, password }, callerOf(frame, visit));
    if (end.kind === 'refused' || end.kind === 'limited')
      return show(visit, {
        next: localPath(next),
        login,
        problem: noOf(visit, end),
        status: statusOf(visit, end),
      });
    visit.begin(end.token);
    if (end.kind === 'half')
      return visit.response.redirect(303, `/console/sign-in/code?next=${encodeURIComponent(localPath(next))}`);
    frame.cookies.write(visit.response, 'browser', knownBrowser(needs.keys, end.staff.login));
    visit.response.redirect(303, localPath(next));
  });
}

function codeRoutes(door: Door, needs: ConsoleNeeds, frame: ConsoleFrame): void {
  door.half('GET', '/sign-in/code', (visit) => showCode(visit, localPath(visit.request.query['next'])));

  door.half('POST', '/sign-in/code', async (visit) => {
    const { code = '', next } = visit.form;
    const end = await signInWithCode(signInNeeds(needs), visit.signedIn, code, callerOf(frame, visit));
    if (end.kind === 'refused' || end.kind === 'limited') {
      const problem = end.kind === 'limited' ? noOf(visit, end) : visit.words(signInWords).code.wrong;
      return showCode(visit, localPath(next), { problem, status: statusOf(visit, end) });
    }
    visit.begin(end.token);
    frame.cookies.write(visit.response, 'browser', knownBrowser(needs.keys, end.staff.login));
    visit.response.redirect(303, localPath(next));
  });
}

function signOutRoute(door: Door, { database, clock }: ConsoleNeeds, frame: ConsoleFrame): void {
  door.open('POST', '/sign-out', async ({ signedIn, response }) => {
    if (signedIn) {
      const { id } = signedIn.staff;
      await database.write(async (transaction) => {
        await endSession(transaction, id, signedIn.session.id);
        await recordAction({ clock }, transaction, { actor: id, what: 'session.end', subject: id });
      });
    }
    frame.cookies.clear(response, 'session');
    response.redirect(303, '/console/sign-in?said=signed-out');
  });
}

type No = Extract<SignInEnd, { kind: 'refused' | 'limited' }>;

function noOf(visit: Visit, end: No): string {
  const words = visit.words(signInWords);
  return end.kind === 'refused' ? words.refused : fill(words.limited, { minutes: Math.ceil(end.retryAfter / 60) });
}

function statusOf({ response }: Visit, end: No): number {
  if (end.kind === 'refused') return 422;
  response.set('Retry-After', String(end.retryAfter));
  return 429;
}

interface Shown {
  next: string;
  login?: string;
  problem?: string;
  said?: string | undefined;
  status?: number;
  hasOpenId?: boolean;
}

function showSignIn(visit: Visit, { status = 200, login = '', ...shown }: Shown): void {
  const words = visit.words(signInWords);
  visit.show('sign-in', { title: words.title, words, status, login, ...shown });
}

function showCode(
  visit: Visit,
  next: string,
  { problem, status = 200 }: { problem?: string; status?: number } = {},
): void {
  const words = visit.words(signInWords);
  visit.show('code', { title: words.code.title, words, status, problem, next });
}
