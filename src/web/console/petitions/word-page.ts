/** Recording that the office was asked again, or answered. */
import { z } from 'zod';
import type { FieldProblem } from '../../../errors.ts';
import { followUps } from '../../../petitions/follow-up-table.ts';
import { recordFollowUp } from '../../../petitions/record-follow-up.ts';
import { zoneName } from '../../pages/page-dates.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { readForm } from '../read-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { findPetition, zoneOf } from './find-petition.ts';
import { instantOf, localTime } from './local-time.ts';
import { petitionWords } from './petition-words.ts';
import { isAboutTime, optionalLine } from './try-pages.ts';

const wordForm = z.object({
  what: z.enum(followUps, 'other'),
  at: z.string('empty'),
  reference: optionalLine(200),
  note: optionalLine(2_000),
});

export function wordRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/petitions/:id/follow-up', 'deliver', (visit) => showForm(needs, visit));

  door.post('/petitions/:id/follow-up', { need: 'deliver', recorded: { what: 'follow-up.record' } }, async (visit) => {
    const { id, campaign } = await findPetition(needs, visit);
    const words = visit.words(petitionWords);
    const read = readForm(visit.form, wordForm, visit.frame.problems);
    if (read.problems) return showForm(needs, visit, read.problems);
    const at = instantOf(read.value.at, zoneOf(needs, campaign) ?? 'UTC');
    if (at === undefined) return showForm(needs, visit, [{ field: 'at', problem: words.problems.date }]);
    if (read.value.what === 'asked' && read.value.reference !== null)
      return showForm(needs, visit, [{ field: 'reference', problem: words.problems.reference }]);
    try {
      await recordFollowUp(needs, id, { ...read.value, at }, visit.signedIn.staff.id);
    } catch (thrown) {
      if (!isAboutTime(thrown)) throw thrown;
      return showForm(needs, visit, [{ field: 'at', problem: words.problems.at }]);
    }
    await visit.done(`/console/petitions/${id}`, words['follow-ups'].done);
  });
}

async function showForm(needs: ConsoleNeeds, visit: StaffVisit, problems: FieldProblem[] = []): Promise<void> {
  const words = visit.words(petitionWords);
  const { id, serial, campaign } = await findPetition(needs, visit);
  const zone = zoneOf(needs, campaign) ?? 'UTC';
  visit.show('petition-follow-up', {
    title: words['follow-ups'].record,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    path: `/console/petitions/${id}`,
    one: fill(words.one, { serial }),
    form: { at: localTime(needs.clock.now(), zone), what: 'asked', ...visit.form },
    kinds: followUps.map((value) => ({ value, text: words['follow-ups'][value] })),
    zone: fill(words.record.zone, { zone: zoneName(zone, visit.frame.dates) }),
  });
}
