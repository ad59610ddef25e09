/** Tries at handing a petition over: recording one, adding a photo to it, striking it. */
import { z } from 'zod';
import { AppError, type FieldProblem } from '../../../errors.ts';
import { isReceipt } from '../../../petitions/hand-in-course.ts';
import { handInOutcomes, handInTable } from '../../../petitions/hand-in-table.ts';
import { keepHandInFile } from '../../../petitions/keep-hand-in-file.ts';
import { recordHandIn } from '../../../petitions/record-hand-in.ts';
import { strikeHandIn } from '../../../petitions/strike-hand-in.ts';
import { patience } from '../../api/petitions.ts';
import { zoneName } from '../../pages/page-dates.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { line, readForm } from '../read-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { findPetition, partOf, zoneOf } from './find-petition.ts';
import { instantOf, localTime } from './local-time.ts';
import { photoBody, photoOf } from './photo-body.ts';
import { showPetition } from './petition-page.ts';
import { petitionWords } from './petition-words.ts';
import { readReason } from './read-reason.ts';

/** A field that may stay empty. */
export const optionalLine = (most: number) => z.string().trim().max(most, 'long').default('').transform(orNull);

const handInForm = z.object({
  outcome: z.enum(handInOutcomes, 'other'),
  at: z.string('empty'),
  place: line(200),
  carrier: optionalLine(200),
  reference: optionalLine(200),
  note: optionalLine(2_000),
});

export function tryRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/petitions/:id/hand-in', 'deliver', (visit) => showForm(needs, visit));

  door.post('/petitions/:id/hand-in', { need: 'deliver', recorded: { what: 'hand-in.record' } }, async (visit) => {
    const { id, campaign } = await findPetition(needs, visit);
    const words = visit.words(petitionWords);
    const read = readForm(visit.form, handInForm, visit.frame.problems);
    const at = instantOf(visit.form['at'] ?? '', zoneOf(needs, campaign) ?? 'UTC');
    // All that is wrong at once, and not one after the other.
    const noTime = at === undefined ? [{ field: 'at', problem: words.problems.date }] : [];
    if (read.problems || at === undefined) return showForm(needs, visit, [...(read.problems ?? []), ...noTime]);
    try {
      const by = visit.signedIn.staff.id;
      const { handIn, isNew } = await recordHandIn(needs, id, { ...read.value, at }, { by, patience });
      const { outcome } = handIn;
      if (isNew) needs.metrics.petition(isReceipt(outcome) ? 'handed-in' : outcome);
      await visit.done(`/console/petitions/${id}#try-${handIn.id}`, words.record.done);
    } catch (thrown) {
      if (!isAboutTime(thrown)) throw thrown;
      await showForm(needs, visit, [{ field: 'at', problem: words.problems.at }]);
    }
  });

  const added = { need: 'deliver', recorded: { what: 'hand-in.file' }, body: photoBody } as const;
  door.post('/petitions/:id/hand-ins/:handIn/files', added, async (visit) => {
    const petition = await findPetition(needs, visit);
    const words = visit.words(petitionWords);
    const goal = { petitionId: petition.id, serial: petition.serial, handInId: partOf(visit, 'handIn') };
    const photo = photoOf(visit.request);
    const refuse = (problem: string) =>
      showPetition(needs, visit, petition, [{ field: `photo-${goal.handInId}`, problem }]);
    if (photo === 'too-large') return refuse(words.problems.large);
    if (photo === undefined) return refuse(words.problems.file);
    try {
      await keepHandInFile(needs, goal, photo, visit.signedIn.staff.id);
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'invalid') return refuse(words.problems.file);
      throw thrown;
    }
    await visit.done(`/console/petitions/${petition.id}#try-${goal.handInId}`, words.tries.added);
  });

  const path = '/petitions/:id/hand-ins/:handIn/strike';
  door.get(path, 'deliver', (visit) => showStrike(needs, visit));
  door.post(path, { need: 'deliver', recorded: { what: 'hand-in.strike' } }, async (visit) => {
    const { id: petitionId } = await findPetition(needs, visit);
    const read = readReason(visit);
    if (read.problems) return showStrike(needs, visit, read.problems);
    const why = { reason: read.value.reason, by: visit.signedIn.staff.id };
    await strikeHandIn(needs, { petitionId, handInId: partOf(visit, 'handIn') }, why);
    await visit.done(`/console/petitions/${petitionId}`, visit.words(petitionWords).strike.done);
  });
}

/** Whether a step refused the time that was given. */
export function isAboutTime(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.fields.some(({ field }) => field === 'at');
}

async function showForm(needs: ConsoleNeeds, visit: StaffVisit, problems: FieldProblem[] = []): Promise<void> {
  const words = visit.words(petitionWords);
  const { id, serial, campaign } = await findPetition(needs, visit);
  const zone = zoneOf(needs, campaign) ?? 'UTC';
  visit.show('petition-hand-in', {
    title: words.record.title,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    path: `/console/petitions/${id}`,
    one: fill(words.one, { serial }),
    form: { at: localTime(needs.clock.now(), zone), outcome: 'accepted', ...visit.form },
    outcomes: handInOutcomes.map((value) => ({ value, text: words.outcomes[value] })),
    zone: fill(words.record.zone, { zone: zoneName(zone, visit.frame.dates) }),
  });
}

async function showStrike(needs: ConsoleNeeds, visit: StaffVisit, problems: FieldProblem[] = []): Promise<void> {
  const words = visit.words(petitionWords);
  const { id: petitionId, serial } = await findPetition(needs, visit);
  const id = partOf(visit, 'handIn');
  if (!(await needs.database.read.existsBy(handInTable, { id, petitionId })))
    throw new AppError('not-found', 'This petition has no such hand-in.');
  visit.show('petition-reason', {
    title: words.strike.title,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    back: { href: `/console/petitions/${petitionId}`, text: fill(words.one, { serial }) },
    action: `/console/petitions/${petitionId}/hand-ins/${id}/strike`,
    said: words.strike,
    more: undefined,
    canSend: true,
    reason: visit.form['reason'],
  });
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
