/** Opening, closing and extending a campaign. */
import { z } from 'zod';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { changePeriod, closeNow, openNow, openOnItsDay } from '../../../campaigns/editing/change-period.ts';
import { openForEdit, saveEdit } from '../../../campaigns/editing/save-edit.ts';
import type { Files } from '../../../campaigns/versions/versions.ts';
import { AppError } from '../../../errors.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { readForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { findingsOf } from './campaign-page.ts';
import { campaignOf, languageName, nothingWrong, orUnsaved, todayFor, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

const dateField = z.iso.date('date');
export const daysForm = z.object({ from: dateField, to: dateField, planned: z.string().optional() });

export function periodRoutes(door: Door, needs: ConsoleNeeds): void {
  const rule = (what: string) => ({ need: 'campaigns' as const, recorded: { what } });

  door.post('/campaigns/:id/open', rule('campaign.open'), async (visit) => {
    const campaign = campaignOf(needs, visit);
    if ((await findingsOf(needs, campaign)).some(({ level }) => level === 'must'))
      throw new AppError('conflict', 'Something is missing: work off the list first.');
    const today = todayFor(campaign, needs.clock.now());
    const isLater = visit.form['when'] === 'on-its-day' && campaign.period.from > today;
    // Whoever opens it has seen that every language is there: from here on a translation can fall behind.
    await save(needs, visit, campaign, (files) => (isLater ? openOnItsDay(files) : openNow(files, today)), 'level');
    const { period } = visit.words(campaignWords);
    await visit.done(`/console/campaigns/${campaign.slug}`, isLater ? period['opened-later'] : period.opened);
  });

  door.post('/campaigns/:id/close', rule('campaign.close'), async (visit) => {
    const campaign = campaignOf(needs, visit);
    await save(needs, visit, campaign, (files) => closeNow(files, todayFor(campaign, needs.clock.now())));
    await visit.done(`/console/campaigns/${campaign.slug}`, visit.words(campaignWords).period.closed);
  });

  door.get('/campaigns/:id/period', 'campaigns', (visit) => {
    const campaign = campaignOf(needs, visit);
    const { from, to, planned } = campaign.period;
    const said = Object.fromEntries(
      campaign.languages.map((tag) => [`words.${tag}`, campaign.page[tag]?.period ?? '']),
    );
    showPeriod(needs, visit, { campaign, form: { from, to, planned: planned ? 'yes' : '', ...said } });
  });

  door.post('/campaigns/:id/period', rule('campaign.period'), async (visit) => {
    const campaign = campaignOf(needs, visit);
    const { form } = visit;
    const words = visit.words(campaignWords);
    const read = readForm(form, daysForm, { ...visit.frame.problems, date: words.wizard.date });
    const problems =
      read.problems ?? (read.value.to < read.value.from ? [{ field: 'to', problem: words.period.order }] : []);
    if (read.value === undefined || problems.length > 0) return showPeriod(needs, visit, { campaign, form, problems });
    const { from, to, planned } = read.value;
    const said = Object.fromEntries(campaign.languages.map((tag) => [tag, form[`words.${tag}`] ?? '']));
    const unsaved = await orUnsaved(needs, visit, () =>
      save(needs, visit, campaign, (files) =>
        changePeriod(files, { from, to, planned: Boolean(planned), words: said }),
      ),
    );
    if (unsaved) return showPeriod(needs, visit, { campaign, form, unsaved });
    await visit.done(`/console/campaigns/${campaign.slug}`, words.period.done);
  });
}

async function save(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { slug }: Campaign,
  change: (files: Files) => Files,
  meaning?: 'level',
): Promise<void> {
  const { files, version } = await openForEdit(needs.database, slug);
  await saveEdit(needs, { slug, files: change(files), basedOn: version, by: visit.signedIn.staff.id, meaning });
}

interface Shown {
  campaign: Campaign;
  form: Readonly<Record<string, string>>;
  problems?: { field: string; problem: string }[];
  unsaved?: Unsaved;
}

function showPeriod(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { campaign, form, problems = [], unsaved = nothingWrong }: Shown,
): void {
  const words = visit.words(campaignWords);
  visit.show('campaign-period', {
    title: words.period.change,
    words,
    status: problems.length > 0 || unsaved.mistakes.length > 0 ? 422 : 200,
    problems,
    unsaved,
    campaign,
    form,
    languages: campaign.languages.map((tag) => ({ tag, name: languageName(needs, tag) })),
  });
}
