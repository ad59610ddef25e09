/** All settings of a campaign as the file they are, for what has no form of its own: more targets, pace, theme. */
import { openForEdit, saveEdit } from '../../../campaigns/editing/save-edit.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { basisOf, campaignOf, nothingWrong, orUnsaved, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

const name = 'campaign.yaml';

export function settingsRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/campaigns/:id/settings', 'campaigns', async (visit) => {
    const { files, version } = await openForEdit(needs.database, campaignOf(needs, visit).slug);
    show(needs, visit, { text: files.get(name) ?? '', opened: version, note: '' });
  });

  const rule = { need: 'campaigns', recorded: { what: 'campaign.settings' } } as const;
  door.post('/campaigns/:id/settings', rule, async (visit) => {
    const { slug } = campaignOf(needs, visit);
    const newest = await openForEdit(needs.database, slug);
    const { text = '', version: opened = '', note = '' } = visit.form;
    const files = new Map(newest.files).set(name, `${text.trim()}\n`);
    const basedOn = await basisOf(needs, { slug, newest, opened, names: [name] });
    const by = visit.signedIn.staff.id;
    const unsaved = await orUnsaved(needs, visit, () =>
      saveEdit(needs, { slug, files, basedOn, by, note: note.slice(0, 400) }),
    );
    if (unsaved) return show(needs, visit, { text, opened: unsaved.conflict?.version ?? opened, note, unsaved });
    await visit.done(`/console/campaigns/${slug}`, visit.words(campaignWords).editor.saved);
  });
}

function show(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { unsaved = nothingWrong, ...form }: { text: string; opened: string; note: string; unsaved?: Unsaved },
): void {
  const words = visit.words(campaignWords);
  visit.show('campaign-settings', {
    title: words.settings.title,
    words,
    status: unsaved.mistakes.length > 0 ? 422 : unsaved.conflict ? 409 : 200,
    unsaved,
    campaign: campaignOf(needs, visit),
    form,
  });
}
