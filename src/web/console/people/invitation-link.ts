/** An invitation's link, shown once, and what state an account is in. */
import { invitationLasts, type Invitation } from '../../../staff/change-staff.ts';
import type { Staff } from '../../../staff/staff-table.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type Visit } from '../visit.ts';
import { peopleWords, type PeopleWords } from './people-words.ts';

/** Shows the link of an invitation: only now, since only its hash is kept. */
export function showInvitationLink(needs: ConsoleNeeds, visit: Visit, { token }: Invitation): void {
  const words = visit.words(peopleWords);
  const until = visit.moment(needs.clock.now() + invitationLasts);
  visit.show('invitation-link', {
    title: words.link.title,
    words,
    link: `${needs.origin()}/console/invitation/${token}`,
    until: fill(words.link.until, { time: until.text }),
  });
}

/** What stands beside a name. */
export function stateOf({ disabledAt, invitedUntil }: Staff, now: number): keyof PeopleWords['states'] {
  if (disabledAt !== null) return 'disabled';
  if (invitedUntil === null) return 'active';
  return invitedUntil > now ? 'invited' : 'expired';
}
