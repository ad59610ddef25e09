/** What changes to one's own account share: the password asked for once more, and the new session afterwards. */
import type { FieldProblem } from '../../../errors.ts';
import { leaveNotice } from '../../../staff/session-notice.ts';
import { findSession } from '../../../staff/sessions.ts';
import { confirmPassword } from '../../../staff/sign-in.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { accountWords } from './account-words.ts';

/** What is wrong with the password that was asked for once more. */
export async function confirmed(needs: ConsoleNeeds, visit: StaffVisit, password: string): Promise<FieldProblem[]> {
  const end = await confirmPassword(needs, visit.signedIn.staff, password);
  const words = visit.words(accountWords);
  return end === 'right' ? [] : [{ field: 'current', problem: end === 'wrong' ? words.wrong : words.limited }];
}

/** Goes back to the account with the new session that took the place of all others. */
export async function goOnAs(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { token, notice }: { token: string; notice: string },
): Promise<void> {
  visit.begin(token);
  const fresh = await findSession(needs, token);
  if (fresh) await leaveNotice(needs.database, fresh.session.id, notice);
  visit.response.redirect(303, '/console/account');
}
