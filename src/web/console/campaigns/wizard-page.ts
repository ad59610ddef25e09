/** A new campaign in four steps, one thing a page; what was answered travels along in the form, and nothing is lost. */
import { newCampaignFiles } from '../../../campaigns/editing/new-campaign.ts';
import { assertFree, saveNewCampaign } from '../../../campaigns/editing/save-edit.ts';
import { loadStarters, starterFor } from '../../../campaigns/editing/starters.ts';
import { periodInWords } from '../../pages/page-dates.ts';
import { localDate } from '../../../intake/signature.ts';
import { pageLanguage } from '../../pages/page-language.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { Form } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { languageName, nothingWrong, orUnsaved, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';
import { slugProblem } from './duplicate-page.ts';
import { answersOf, chosenLanguages, type Problem, problemsIn, type Step, steps } from './wizard-steps.ts';

export function wizardRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/campaigns/new', 'campaigns', (visit) => show(needs, visit, { step: 'basics', form: firstAnswers(needs) }));

  const rule = { need: 'campaigns', recorded: { what: 'campaign.create' } } as const;
  // Only the last step makes something; the steps before it are pages, and send nothing but themselves.
  door.post('/campaigns/new', { need: 'campaigns', recorded: 'by-step' }, async (visit) => {
    const { form } = visit;
    const at = Math.max(0, steps.indexOf(form['step'] as Step));
    const step = steps[at] ?? 'basics';
    if (form['go'] === 'back') return show(needs, visit, { step: steps[at - 1] ?? 'basics', form });
    const problems = await wrongIn(needs, visit, step);
    if (problems.length > 0) return show(needs, visit, { step, form, problems });
    const next = steps[at + 1];
    show(needs, visit, {
      step: next ?? step,
      form: next === undefined ? form : { ...suggestions(needs, next, form), ...form },
    });
  });

  door.post('/campaigns', rule, async (visit) => {
    const { form } = visit;
    for (const step of steps) {
      const problems = await wrongIn(needs, visit, step);
      if (problems.length > 0) return show(needs, visit, { step, form, problems });
    }
    const starters = loadStarters();
    const slug = (form['slug'] ?? '').trim();
    const { words: all } = needs;
    const campaign = answersOf(form, {
      today: localDate(needs.clock.now(), form['zone'] ?? 'UTC'),
      period: (language, from, to) => periodInWords(from, to, pageLanguage(all, language).words.dates),
      planned: (language) => starterFor(starters, language).planned,
    });
    const files = newCampaignFiles(campaign, starters);
    const unsaved = await orUnsaved(needs, visit, () =>
      saveNewCampaign(needs, { slug, files, by: visit.signedIn.staff.id }),
    );
    if (unsaved) return show(needs, visit, { step: 'sender', form, unsaved });
    await visit.done(`/console/campaigns/${slug}`, visit.words(campaignWords).wizard.created);
  });
}

async function wrongIn(needs: ConsoleNeeds, visit: StaffVisit, step: Step): Promise<Problem[]> {
  const { wizard, period } = visit.words(campaignWords);
  const problems = problemsIn(step, visit.form, { ...visit.frame.problems, ...wizard, order: period.order });
  if (step !== 'basics' || problems.some(({ field }) => field === 'slug')) return problems;
  try {
    await assertFree(needs.database, (visit.form['slug'] ?? '').trim());
    return problems;
  } catch (thrown) {
    const problem = slugProblem(visit, thrown);
    if (problem === undefined) throw thrown;
    return [{ field: 'slug', problem }, ...problems];
  }
}

/** What the newest campaign says, to begin with: an organisation seldom changes. */
function firstAnswers({ book }: ConsoleNeeds): Form {
  const last = book.campaigns.at(-1);
  if (last === undefined) return {};
  return {
    ...Object.fromEntries(
      last.languages.flatMap((tag) => [
        [`language.${tag}`, 'yes'],
        [`organisation.${tag}`, last.organisation.name[tag] ?? ''],
        [`privacy.${tag}`, last.organisation.privacyPolicy[tag] ?? ''],
      ]),
    ),
    sender: last.sender.address,
  };
}

function suggestions({ clock }: ConsoleNeeds, step: Step, form: Form): Form {
  if (step === 'target') {
    const starters = loadStarters();
    const greetings = chosenLanguages(form).map((tag) => [`salutation.${tag}`, starterFor(starters, tag).salutation]);
    return { zone: 'Asia/Tokyo', pace: '30', ...Object.fromEntries(greetings) };
  }
  return step === 'period' ? { from: localDate(clock.now(), form['zone'] ?? 'UTC') } : {};
}

interface Shown {
  step: Step;
  form: Form;
  problems?: readonly Problem[];
  unsaved?: Unsaved;
}

function show(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { step, form, problems = [], unsaved = nothingWrong }: Shown,
): void {
  const words = visit.words(campaignWords);
  const shown = new Set(['csrf', 'step', 'go']);
  visit.show('campaign-new', {
    title: words.wizard.title,
    words,
    status: problems.length > 0 || unsaved.mistakes.length > 0 ? 422 : 200,
    problems,
    unsaved,
    step,
    number: steps.indexOf(step) + 1,
    steps: steps.length,
    form,
    /** Answers of the other steps, which travel along. */
    kept: Object.entries(form).filter(([name]) => !shown.has(name)),
    languages: Object.keys(needs.words).map((tag) => ({ tag, name: languageName(needs, tag) })),
    chosen: chosenLanguages(form).map((tag) => ({ tag, name: languageName(needs, tag) })),
    zones: Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, text: zone })),
  });
}
