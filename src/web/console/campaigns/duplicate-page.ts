/** A new campaign that begins with the texts of another. */
import { duplicateFiles } from '../../../campaigns/editing/change-period.ts';
import { openForEdit, saveNewCampaign } from '../../../campaigns/editing/save-edit.ts';
import { AppError } from '../../../errors.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { readForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { campaignOf, nothingWrong, orUnsaved, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';
import { daysForm } from './period-page.ts';

export function duplicateRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/campaigns/:id/duplicate', 'campaigns', (visit) => {
    const { slug, period } = campaignOf(needs, visit);
    show(needs, visit, { form: { slug: `${slug}-2`.slice(0, 60), from: period.from, to: period.to } });
  });

  const rule = { need: 'campaigns', recorded: { what: 'campaign.duplicate' } } as const;
  door.post('/campaigns/:id/duplicate', rule, async (visit) => {
    const words = visit.words(campaignWords);
    const { form } = visit;
    const read = readForm(form, daysForm, { ...visit.frame.problems, date: words.wizard.date });
    const problems =
      read.problems ?? (read.value.to < read.value.from ? [{ field: 'to', problem: words.period.order }] : []);
    if (read.value === undefined || problems.length > 0) return show(needs, visit, { form, problems });
    const { from, to, planned } = read.value;
    const slug = (form['slug'] ?? '').trim();
    const { files } = await openForEdit(needs.database, campaignOf(needs, visit).slug);
    const copy = duplicateFiles(files, { from, to, planned: Boolean(planned), words: {} });
    try {
      const unsaved = await orUnsaved(needs, visit, () =>
        saveNewCampaign(needs, { slug, files: copy, by: visit.signedIn.staff.id }),
      );
      if (unsaved) return show(needs, visit, { form, unsaved });
    } catch (thrown) {
      const problem = slugProblem(visit, thrown);
      if (problem === undefined) throw thrown;
      return show(needs, visit, { form, problems: [{ field: 'slug', problem }] });
    }
    await visit.done(`/console/campaigns/${slug}`, words.duplicate.done);
  });
}

/** What is wrong with the name of a new campaign, in words; undefined for anything else. */
export function slugProblem(visit: StaffVisit, thrown: unknown): string | undefined {
  const { wizard } = visit.words(campaignWords);
  if (!(thrown instanceof AppError)) return undefined;
  return thrown.code === 'conflict'
    ? wizard['slug-taken']
    : thrown.code === 'invalid'
      ? wizard['slug-shape']
      : undefined;
}

interface Shown {
  form: Readonly<Record<string, string>>;
  problems?: { field: string; problem: string }[];
  unsaved?: Unsaved;
}

function show(needs: ConsoleNeeds, visit: StaffVisit, { form, problems = [], unsaved = nothingWrong }: Shown): void {
  const words = visit.words(campaignWords);
  visit.show('campaign-duplicate', {
    title: words.duplicate.title,
    words,
    status: problems.length > 0 || unsaved.mistakes.length > 0 ? 422 : 200,
    problems,
    unsaved,
    campaign: campaignOf(needs, visit),
    form,
  });
}
