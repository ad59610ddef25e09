/** One account: role, second factor, sessions, a new invitation, and shutting it. */
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { changeRole, endSessionsOf, resetSecondFactor, resetStaff, setDisabled } from '../../../staff/change-staff.ts';
import { staffRoles } from '../../../staff/roles.ts';
import { listSessions } from '../../../staff/sessions.ts';
import { staffTable, type Staff } from '../../../staff/staff-table.ts';
import type { Door, Recorded } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { readForm } from '../read-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { peopleWords } from './people-words.ts';
import { showInvitationLink, stateOf } from './invitation-link.ts';
import { sessionViews } from './session-view.ts';

/** Each step writes the audit log in its own transaction, since the command line uses them too. */
const rule = { need: 'people', recorded: 'by-step' } as const satisfies { need: 'people'; recorded: Recorded };

export function personRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/people/:id', 'people', async (visit) => showPerson(needs, visit, await personOf(needs, visit)));

  door.post('/people/:id/role', rule, async (visit) => {
    const staff = await personOf(needs, visit);
    const read = readForm(visit.form, z.object({ role: z.enum(staffRoles, 'other') }), visit.frame.problems);
    if (read.problems) return showPerson(needs, visit, staff, 422);
    const { role } = read.value;
    await changeRole(needs, visit.signedIn.staff.id, { staffId: staff.id, role });
    const said = { name: staff.name, role: visit.frame.roles[role] };
    await visit.done(`/console/people/${staff.id}`, fill(visit.words(peopleWords).change.done, said));
  });

  door.post('/people/:id/reset', rule, async (visit) => {
    const staff = await personOf(needs, visit);
    showInvitationLink(needs, visit, await resetStaff(needs, visit.signedIn.staff.id, staff.id));
  });

  door.post('/people/:id/reset-second-factor', rule, async (visit) => {
    const staff = await personOf(needs, visit);
    await resetSecondFactor(needs, visit.signedIn.staff.id, staff.id);
    await visit.done(`/console/people/${staff.id}`, visit.words(peopleWords)['reset-factor'].done);
  });

  for (const disabled of [true, false]) {
    door.post(`/people/:id/${disabled ? 'disable' : 'enable'}`, rule, async (visit) => {
      const staff = await personOf(needs, visit);
      await setDisabled(needs, visit.signedIn.staff.id, { staffId: staff.id, disabled });
      const { disable } = visit.words(peopleWords);
      await visit.done(`/console/people/${staff.id}`, disabled ? disable.done : disable.enabled);
    });
  }

  door.post('/people/:id/sessions', rule, async (visit) => {
    const staff = await personOf(needs, visit);
    const { session } = visit.form;
    const which = session === undefined || session === '' ? {} : { sessionId: session };
    await endSessionsOf(needs, visit.signedIn.staff.id, { staffId: staff.id, ...which });
    await visit.done(`/console/people/${staff.id}`, visit.words(peopleWords).sessions.ended);
  });
}

async function personOf({ database }: ConsoleNeeds, { request }: StaffVisit): Promise<Staff> {
  const { id } = request.params;
  const staff = typeof id === 'string' ? await database.read.findOneBy(staffTable, { id }) : null;
  if (!staff) throw new AppError('not-found', 'There is no such account.');
  return staff;
}

async function showPerson(needs: ConsoleNeeds, visit: StaffVisit, staff: Staff, status = 200): Promise<void> {
  const words = visit.words(peopleWords);
  const sessions = await listSessions(needs, staff.id);
  visit.show('person', {
    title: staff.name,
    words,
    status,
    staff,
    state: stateOf(staff, needs.clock.now()),
    isMe: staff.id === visit.signedIn.staff.id,
    roles: staffRoles.map((value) => ({ value, text: visit.frame.roles[value] })),
    sessions: sessionViews(visit, sessions),
  });
}
