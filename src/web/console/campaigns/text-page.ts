/** Editing one text of a campaign in one language, with its preview beside it. */
import { changedText, type EditedText, textOf } from './edited-text.ts';
import { openForEdit, saveEdit } from '../../../campaigns/editing/save-edit.ts';
import { fieldAt, fieldsOf, fileOf, textFields } from '../../../campaigns/editing/text-fields.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { basisOf, languageName, mistakeInWords, nothingWrong, orUnsaved, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

export function textRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/campaigns/:id/texts/:kind/:language', 'read', async (visit) => {
    const edited = textOf(needs, visit);
    const { files, version } = await openForEdit(needs.database, edited.campaign.slug);
    // A translation begins with what is to be translated.
    const [first = ''] = edited.campaign.languages;
    const text = files.get(edited.name) ?? files.get(fileOf(edited.kind, first)) ?? '';
    show(needs, visit, edited, { fields: fieldsOf(edited.kind, text), opened: version });
  });

  const rule = { need: 'campaigns', recorded: { what: 'campaign.text' } } as const;
  door.post('/campaigns/:id/texts/:kind/:language', rule, async (visit) => {
    const edited = textOf(needs, visit);
    const { slug } = edited.campaign;
    const newest = await openForEdit(needs.database, slug);
    const { version: opened = '', note = '' } = visit.form;
    const files = changedText(newest.files, edited, visit.form);
    const basedOn = await basisOf(needs, { slug, newest, opened, names: [edited.name] });
    const unsaved = await orUnsaved(needs, visit, () =>
      saveEdit(needs, {
        slug,
        files,
        basedOn,
        by: visit.signedIn.staff.id,
        note: note.slice(0, 400),
        meaning: visit.form['small'] === undefined ? undefined : 'small',
      }),
    );
    if (unsaved) {
      const fields = Object.fromEntries(textFields[edited.kind].map((field) => [field, visit.form[field] ?? '']));
      // Saving again, after looking at what somebody else did, is meant.
      const next = unsaved.conflict?.version ?? opened;
      return show(needs, visit, edited, { fields, opened: next, unsaved, text: files.get(edited.name) ?? '' });
    }
    await visit.done(
      `/console/campaigns/${slug}/texts/${edited.kind}/${edited.language}`,
      visit.words(campaignWords).editor.saved,
    );
  });
}

interface Shown {
  fields: Readonly<Record<string, string>>;
  opened: string;
  unsaved?: Unsaved;
  /** The text of the file that was refused. */
  text?: string;
}

function show(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { campaign, kind, language, name }: EditedText,
  { fields, opened, unsaved = nothingWrong, text = '' }: Shown,
): void {
  const words = visit.words(campaignWords);
  const problems = unsaved.mistakes
    .filter(({ file }) => file.endsWith(`/${name}`))
    .map((mistake) => ({ field: fieldAt(kind, text, mistake), problem: mistakeInWords(words, mistake).text }));
  // The preview is a page of ours in a frame, which no other page of the console has.
  visit.response.set('Content-Security-Policy', withFrames(String(visit.response.get('Content-Security-Policy'))));
  visit.show('campaign-text', {
    title: `${words.names[kind]} (${languageName(needs, language)})`,
    words,
    status: unsaved.mistakes.length > 0 ? 422 : unsaved.conflict ? 409 : 200,
    problems,
    unsaved: { ...unsaved, mistakes: unsaved.mistakes.filter(({ file }) => !file.endsWith(`/${name}`)) },
    hasProblems: problems.length > 0,
    campaign,
    kind,
    textLanguage: language,
    languageName: languageName(needs, language),
    fields: textFields[kind].map((field) => ({ field, value: fields[field] ?? '' })),
    opened,
    form: visit.form,
    mayWrite: visit.may('campaigns'),
    targets: campaign.targets.map((target) => ({
      value: target.id,
      text: target.name[visit.language] ?? Object.values(target.name)[0] ?? target.id,
    })),
  });
}

/** The policy of a page that shows pages of ours in a frame. */
export function withFrames(policy: string): string {
  return `${policy}; frame-src 'self'`;
}
