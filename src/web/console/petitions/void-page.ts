/** Voiding a petition: a page that says what it means, and the act. */
import { courseOf } from '../../../petitions/hand-in-course.ts';
import { readHandIns } from '../../../petitions/hand-in-table.ts';
import { voidPetition } from '../../../petitions/void-petition.ts';
import type { FieldProblem } from '../../../errors.ts';
import { patience } from '../../api/petitions.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { findPetition } from './find-petition.ts';
import { petitionWords } from './petition-words.ts';
import { readReason } from './read-reason.ts';

export function voidRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/petitions/:id/void', 'deliver', (visit) => showVoid(needs, visit));
  door.post('/petitions/:id/void', { need: 'deliver', recorded: { what: 'petition.void' } }, async (visit) => {
    const { id } = await findPetition(needs, visit);
    const read = readReason(visit);
    if (read.problems) return showVoid(needs, visit, read.problems);
    await voidPetition(needs, id, read.value.reason, patience);
    needs.metrics.petition('voided');
    await visit.done(`/console/petitions/${id}`, visit.words(petitionWords).void.done);
  });
}

async function showVoid(needs: ConsoleNeeds, visit: StaffVisit, problems: FieldProblem[] = []): Promise<void> {
  const words = visit.words(petitionWords);
  const { id, serial, state } = await findPetition(needs, visit);
  const isOnItsWay = courseOf(state, await readHandIns(needs.database.read, [id])) === 'on-its-way';
  const said = words.void;
  visit.show('petition-reason', {
    title: said.title,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    back: { href: `/console/petitions/${id}`, text: fill(words.one, { serial }) },
    action: `/console/petitions/${id}/void`,
    said,
    more: isOnItsWay ? said['on-its-way'] : said.burn,
    canSend: !isOnItsWay,
    reason: visit.form['reason'],
  });
}
