/** The page an invitation leads to: a first password, and one is signed in. Looking at it uses nothing up. */
import { AppError } from '../../../errors.ts';
import { findInvitation, takeUpInvitation } from '../../../staff/own-account.ts';
import { passwordFault } from '../../../staff/password.ts';
import type { Staff } from '../../../staff/staff-table.ts';
import { knownBrowser } from '../../../staff/known-browser.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleFrame } from '../console-frame.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { FieldProblem } from '../../../errors.ts';
import type { Visit } from '../visit.ts';
import { signInWords, type SignInWords } from './sign-in-words.ts';

export function invitationRoutes(door: Door, needs: ConsoleNeeds, frame: ConsoleFrame): void {
  door.open('GET', '/invitation/:token', async (visit) => {
    const staff = await findInvitation(needs, tokenOf(visit));
    if (staff) showInvitation(visit, staff);
    else showGone(visit);
  });

  door.open('POST', '/invitation/:token', async (visit) => {
    const token = tokenOf(visit);
    const staff = await findInvitation(needs, token);
    if (!staff) return showGone(visit);
    const { password = '', again = '' } = visit.form;
    const problems = newPasswordProblems(visit.words(signInWords).passwords, staff, { password, again });
    if (problems.length > 0) return showInvitation(visit, staff, problems);
    const agent = visit.request.get('user-agent') ?? '';
    try {
      visit.begin(await takeUpInvitation(needs, { token, password, agent }));
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'not-found') throw thrown;
      return showGone(visit);
    }
    frame.cookies.write(visit.response, 'browser', knownBrowser(needs.keys, staff.login));
    visit.response.redirect(303, '/console/account');
  });
}

/** What is wrong with a new password and its repetition. */
export function newPasswordProblems(
  words: SignInWords['passwords'],
  staff: Pick<Staff, 'login' | 'name'>,
  { password, again }: { password: string; again: string },
): FieldProblem[] {
  const fault = passwordFault(password, staff);
  if (fault !== undefined) return [{ field: 'password', problem: words[fault] }];
  return password === again ? [] : [{ field: 'again', problem: words.differ }];
}

function tokenOf({ request }: Visit): string {
  const { token } = request.params;
  return typeof token === 'string' ? token : '';
}

function showInvitation(visit: Visit, { login, name }: Staff, problems: FieldProblem[] = []): void {
  const words = visit.words(signInWords);
  const { title } = words.invitation;
  const status = problems.length > 0 ? 422 : 200;
  visit.show('invitation', { title, words, status, problems, login, name, path: visit.request.originalUrl });
}

function showGone(visit: Visit): void {
  const { invitation } = visit.words(signInWords);
  visit.show('failure', { title: invitation.gone, words: {}, status: 404, text: invitation['gone-text'] });
}
