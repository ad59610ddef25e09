/** The languages of a campaign: beginning a translation, its names and consents, and showing it. */
import {
  changeSharedTexts,
  prepareLanguage,
  publishLanguage,
  type SharedTexts,
} from '../../../campaigns/editing/change-languages.ts';
import { openForEdit, saveEdit } from '../../../campaigns/editing/save-edit.ts';
import { loadStarters, starterFor } from '../../../campaigns/editing/starters.ts';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { fillVariables } from '../../../campaigns/variables.ts';
import { AppError } from '../../../errors.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { Form } from '../read-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { basisOf, campaignOf, languageName, nothingWrong, orUnsaved, todayFor, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

export function languageRoutes(door: Door, needs: ConsoleNeeds): void {
  const rule = (what: string) => ({ need: 'campaigns' as const, recorded: { what } });

  door.post('/campaigns/:id/languages', rule('campaign.language'), async (visit) => {
    const { slug } = campaignOf(needs, visit);
    const language = visit.form['language'] ?? '';
    if (needs.words[language] === undefined) throw new AppError('invalid', 'The pages have no words in this language.');
    const { files, version } = await openForEdit(needs.database, slug);
    const by = visit.signedIn.staff.id;
    await saveEdit(needs, { slug, files: prepareLanguage(files, language), basedOn: version, by });
    const { texts } = visit.words(campaignWords);
    await visit.done(`/console/campaigns/${slug}`, fill(texts.added, { language: languageName(needs, language) }));
  });

  door.post('/campaigns/:id/languages/:language/publish', rule('campaign.publish'), async (visit) => {
    const { slug } = campaignOf(needs, visit);
    const language = languageOf(needs, visit);
    const { files, version } = await openForEdit(needs.database, slug);
    const by = visit.signedIn.staff.id;
    const edit = { slug, files: publishLanguage(files, language), basedOn: version, by };
    const unsaved = await orUnsaved(needs, visit, () => saveEdit(needs, edit));
    if (unsaved) return show(needs, visit, { fields: fieldsOf(needs, visit), opened: version, unsaved });
    const { texts } = visit.words(campaignWords);
    await visit.done(`/console/campaigns/${slug}`, fill(texts.published, { language: languageName(needs, language) }));
  });

  door.get('/campaigns/:id/texts/shared/:language', 'read', async (visit) => {
    const { version } = await openForEdit(needs.database, campaignOf(needs, visit).slug);
    show(needs, visit, { fields: fieldsOf(needs, visit), opened: version });
  });

  door.post('/campaigns/:id/texts/shared/:language', rule('campaign.text'), async (visit) => {
    const campaign = campaignOf(needs, visit);
    const { slug } = campaign;
    const language = languageOf(needs, visit);
    const newest = await openForEdit(needs.database, slug);
    const { version: opened = '' } = visit.form;
    const today = todayFor(campaign, needs.clock.now());
    const files = changeSharedTexts(newest.files, language, textsOf(campaign, visit.form), today);
    const basedOn = await basisOf(needs, { slug, newest, opened, names: ['campaign.yaml'] });
    const by = visit.signedIn.staff.id;
    const unsaved = await orUnsaved(needs, visit, () => saveEdit(needs, { slug, files, basedOn, by }));
    if (unsaved)
      return show(needs, visit, { fields: visit.form, opened: unsaved.conflict?.version ?? opened, unsaved });
    await visit.done(`/console/campaigns/${slug}`, visit.words(campaignWords).editor.saved);
  });
}

function languageOf(needs: ConsoleNeeds, visit: StaffVisit): string {
  const { languages, preparing } = campaignOf(needs, visit);
  const found = [...languages, ...preparing].find((tag) => tag === visit.request.params['language']);
  if (found === undefined) throw new AppError('not-found', 'This campaign has no such language.');
  return found;
}

function textsOf({ targets, consents }: Campaign, form: Form): SharedTexts {
  return {
    organisation: form['organisation'] ?? '',
    privacyPolicy: form['privacyPolicy'] ?? '',
    targets: Object.fromEntries(
      targets.map(({ id }) => [
        id,
        { name: form[`target.${id}.name`] ?? '', salutation: form[`target.${id}.salutation`] ?? '' },
      ]),
    ),
    consents: Object.fromEntries(consents.map(({ id }) => [id, form[`consent.${id}`] ?? ''])),
  };
}

/** The fields as they are; of a consent that is not translated yet, the text to begin with. */
function fieldsOf(needs: ConsoleNeeds, visit: StaffVisit): Record<string, string> {
  const { organisation, targets, consents } = campaignOf(needs, visit);
  const language = languageOf(needs, visit);
  const starter = starterFor(loadStarters(), language);
  const name = organisation.name[language] ?? '';
  return {
    organisation: name,
    privacyPolicy: organisation.privacyPolicy[language] ?? '',
    ...Object.fromEntries(
      targets.flatMap((target) => [
        [`target.${target.id}.name`, target.name[language] ?? ''],
        [`target.${target.id}.salutation`, target.salutation[language] ?? ''],
      ]),
    ),
    ...Object.fromEntries(
      consents.map(({ id, text }) => {
        const begin = fillVariables(starter.consents[id], () => name || '[[…]]');
        return [`consent.${id}`, text[language] ?? begin];
      }),
    ),
  };
}

interface Shown {
  fields: Form;
  opened: string;
  unsaved?: Unsaved;
}

function show(needs: ConsoleNeeds, visit: StaffVisit, { fields, opened, unsaved = nothingWrong }: Shown): void {
  const words = visit.words(campaignWords);
  const campaign = campaignOf(needs, visit);
  const language = languageOf(needs, visit);
  const [first = language] = campaign.languages;
  visit.show('campaign-shared-texts', {
    title: `${words.names.shared} (${languageName(needs, language)})`,
    words,
    status: unsaved.mistakes.length > 0 ? 422 : unsaved.conflict ? 409 : 200,
    unsaved,
    campaign,
    textLanguage: language,
    fields,
    opened,
    mayWrite: visit.may('campaigns'),
    /** What it is translated from. */
    original: first === language ? undefined : first,
  });
}
