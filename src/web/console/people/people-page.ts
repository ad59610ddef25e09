/** *People*: the list of accounts, and inviting somebody. */
import { z } from 'zod';
import { AppError, type FieldProblem } from '../../../errors.ts';
import { inviteStaff } from '../../../staff/change-staff.ts';
import { staffRoles } from '../../../staff/roles.ts';
import { staffTable } from '../../../staff/staff-table.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { ConsolePage } from '../console-page.ts';
import { line, readForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { showInvitationLink, stateOf } from './invitation-link.ts';
import { logRoute } from './log-page.ts';
import { peopleWords } from './people-words.ts';
import { personRoutes } from './person-page.ts';

const inviteForm = z.object({ name: line(80), login: line(190), role: z.enum(staffRoles, 'other') });

export const peoplePage: ConsolePage = {
  words: [peopleWords],
  menu: { key: 'people', href: '/console/people', need: 'people' },
  routes(door, needs) {
    door.get('/people', 'people', (visit) => showPeople(needs, visit));

    door.post('/people', { need: 'people', recorded: 'by-step' }, async (visit) => {
      const read = readForm(visit.form, inviteForm, visit.frame.problems);
      if (read.problems) return showPeople(needs, visit, read.problems);
      try {
        showInvitationLink(needs, visit, await inviteStaff(needs, visit.signedIn.staff.id, read.value));
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.fields.length === 0) throw thrown;
        const { invite } = visit.words(peopleWords);
        const told = thrown.code === 'conflict' ? invite.taken : invite.shape;
        await showPeople(
          needs,
          visit,
          thrown.fields.map(({ field }) => ({ field, problem: told })),
        );
      }
    });

    logRoute(door, needs);
    personRoutes(door, needs);
  },
};

async function showPeople(needs: ConsoleNeeds, visit: StaffVisit, problems: FieldProblem[] = []): Promise<void> {
  const { database, clock } = needs;
  const words = visit.words(peopleWords);
  const people = await database.read.find(staffTable, { order: { name: 'ASC', id: 'ASC' } });
  visit.show('people', {
    title: words.title,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    form: visit.form,
    roles: staffRoles.map((value) => ({ value, text: visit.frame.roles[value] })),
    people: people.map((staff) => ({
      id: staff.id,
      name: staff.name,
      login: staff.login,
      role: visit.frame.roles[staff.role],
      state: stateOf(staff, clock.now()),
      hasFactor: staff.totpSecret !== null,
      isMe: staff.id === visit.signedIn.staff.id,
    })),
  });
}
