/** *My account*: password, second factor and sessions of whoever is signed in. */
import { endSessionsOf } from '../../../staff/change-staff.ts';
import { changePassword } from '../../../staff/own-account.ts';
import { listSessions } from '../../../staff/sessions.ts';
import type { FieldProblem } from '../../../errors.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { ConsolePage } from '../console-page.ts';
import { newPasswordProblems } from '../sign-in/invitation-page.ts';
import { signInWords } from '../sign-in/sign-in-words.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { accountWords } from './account-words.ts';
import { confirmed, goOnAs } from './confirm.ts';
import { secondFactorRoutes } from './second-factor-page.ts';
import { sessionViews } from '../people/session-view.ts';

export const accountPage: ConsolePage = {
  words: [accountWords],
  routes(door, needs, frame) {
    door.get('/account', 'self', (visit) => showAccount(needs, visit));

    door.post('/account/password', { need: 'self', recorded: 'by-step' }, async (visit) => {
      const { staff } = visit.signedIn;
      const { current = '', password = '', again = '' } = visit.form;
      const problems = newPasswordProblems(visit.words(signInWords).passwords, staff, { password, again });
      if (problems.length === 0) problems.push(...(await confirmed(needs, visit, current)));
      if (problems.length > 0) return showAccount(needs, visit, problems);
      const agent = visit.request.get('user-agent') ?? '';
      const token = await changePassword(needs, { staffId: staff.id, password, agent });
      await goOnAs(needs, visit, { token, notice: visit.words(accountWords).password.done });
    });

    door.post('/account/sessions', { need: 'self', recorded: 'by-step' }, async (visit) => {
      const { staff, session } = visit.signedIn;
      const chosen = visit.form['session'];
      const which = chosen === undefined || chosen === '' ? {} : { sessionId: chosen };
      await endSessionsOf(needs, staff.id, { staffId: staff.id, ...which });
      if (chosen !== session.id && chosen !== undefined && chosen !== '')
        return visit.done('/console/account', visit.words(accountWords).sessions.ended);
      frame.cookies.clear(visit.response, 'session');
      visit.response.redirect(303, '/console/sign-in?said=signed-out');
    });

    secondFactorRoutes(door, needs);
  },
};

async function showAccount(needs: ConsoleNeeds, visit: StaffVisit, problems: FieldProblem[] = []): Promise<void> {
  const words = visit.words(accountWords);
  const { staff, session } = visit.signedIn;
  const sessions = await listSessions(needs, staff.id);
  visit.show('account', {
    title: words.title,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    staff,
    passwordHint: visit.words(signInWords).invitation.hint,
    codesLeft: fill(words.factor.left, { n: staff.recoveryCodes.length }),
    mine: session.id,
    sessions: sessionViews(visit, sessions),
  });
}
