/** What staff decide about targets: the channel, pauses for one or for all, and that a mailbox works again. */
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { pauseSending, resumeSending } from '../../../outbox/pause-sending.ts';
import { ourSite, towards } from '../../../outbox/site-table.ts';
import { settleMailbox } from '../../../outcomes/dead-mailboxes.ts';
import { overrideChannel } from '../../../outcomes/review-channel.ts';
import { recordAction } from '../../../staff/staff-event-table.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { readReason } from '../petitions/read-reason.ts';
import { partOf } from '../petitions/find-petition.ts';
import { readForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { findTarget } from './find-target.ts';
import { targetWords } from './target-words.ts';
import type { Wrong } from './wrong-form.ts';

/** The pages that show a form again. */
interface Pages {
  target(visit: StaffVisit, wrong: Wrong): Promise<void>;
  targets(visit: StaffVisit, wrong: Wrong): Promise<void>;
}

const channelForm = z.object({
  mode: z.enum(['mail', 'slowed', 'hand'], 'mode'),
  reason: z.string('reason').trim().min(3, 'reason').max(300, 'long'),
});

const steps = { pause: pauseSending, resume: resumeSending } as const;

export function decideRoutes(door: Door, needs: ConsoleNeeds, pages: Pages): void {
  const need = 'channels';

  door.post('/targets/:id/channel', { need, recorded: { what: 'channel.override' } }, async (visit) => {
    const words = visit.words(targetWords);
    const { id } = findTarget(needs, visit);
    const read = readForm(visit.form, channelForm, { ...visit.frame.problems, ...words.problems });
    // The form with one button has no choice of a way in which a mistake could be shown.
    const form = visit.form['form'] === 'back' ? 'back' : 'override';
    if (read.problems) return pages.target(visit, { form, problems: read.problems });
    const { mode, reason } = read.value;
    await overrideChannel(needs.review, id, { to: mode, reason, by: visit.signedIn.staff.id });
    await visit.done(`/console/targets/${id}`, form === 'back' ? words.back.done : words.override.done);
  });

  for (const step of ['pause', 'resume'] as const) {
    door.post(`/targets/:id/${step}`, { need, recorded: { what: `target.${step}` } }, async (visit) => {
      const { id } = findTarget(needs, visit);
      const read = readReason(visit);
      if (read.problems) return pages.target(visit, { form: step, problems: read.problems });
      await steps[step](needs, { place: towards(id), by: visit.signedIn.staff.id, reason: read.value.reason });
      await visit.done(`/console/targets/${id}`, visit.words(targetWords)[step].done);
    });

    door.post(`/sending/${step}`, { need, recorded: { what: `sending.${step}` } }, async (visit) => {
      const read = readReason(visit);
      if (read.problems) return pages.targets(visit, { form: step, problems: read.problems });
      await steps[step](needs, { place: ourSite, by: visit.signedIn.staff.id, reason: read.value.reason });
      await visit.done('/console/targets', visit.words(targetWords)[step].done);
    });
  }

  door.post('/targets/:id/mailboxes/:number/works', { need, recorded: 'by-step' }, async (visit) => {
    const { id, mailboxes } = findTarget(needs, visit);
    const number = Number(partOf(visit, 'number'));
    const mailbox = mailboxes[number - 1];
    if (mailbox === undefined) throw new AppError('not-found', 'This target has no such mailbox.');
    const read = readReason(visit);
    if (read.problems) return pages.target(visit, { form: `mailbox-${number}`, problems: read.problems });
    const { reason } = read.value;
    await needs.database.write(async (transaction) => {
      await settleMailbox(needs, transaction, { target: id, mailbox });
      // An address has no place in the log: its number in the file of the campaign says which.
      const action = { actor: visit.signedIn.staff.id, what: 'mailbox.works', subject: `${id}:${number}`, reason };
      await recordAction(needs, transaction, action);
    });
    await visit.done(`/console/targets/${id}`, visit.words(targetWords).mailboxes['works-done']);
  });
}
