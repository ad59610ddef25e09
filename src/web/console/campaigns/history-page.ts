/** The versions of a campaign: who saved what when, what is different, and going back to an old one. */
import { restoreVersion } from '../../../campaigns/editing/save-edit.ts';
import { difference } from '../../../campaigns/versions/difference.ts';
import { differencesOf, filesOfVersion, versionsOf } from '../../../campaigns/versions/versions.ts';
import { AppError } from '../../../errors.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { campaignOf, fileInWords, nothingWrong, orUnsaved, saversOf, type Unsaved } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

export function historyRoutes(door: Door, needs: ConsoleNeeds): void {
  const { database } = needs;

  door.get('/campaigns/:id/versions', 'read', async (visit) => {
    const campaign = campaignOf(needs, visit);
    const words = visit.words(campaignWords);
    const versions = await versionsOf(database.read, campaign.slug);
    const savers = await saversOf(needs, visit, versions);
    const differences = await differencesOf(database.read, campaign.slug);
    visit.show('campaign-versions', {
      title: words.history.title,
      words,
      campaign,
      versions: versions.map((each, index) => ({
        ...each,
        isCurrent: index === 0,
        who: savers.get(each.seq),
        said: (differences.get(each.seq) ?? []).map((file) => fileInWords(needs, visit, file)),
        at: visit.moment(each.savedAt, campaign.period.timeZone),
      })),
    });
  });

  door.get('/campaigns/:id/versions/:seq', 'read', (visit) => showVersion(needs, visit));

  const rule = { need: 'campaigns', recorded: { what: 'campaign.restore' } } as const;
  door.post('/campaigns/:id/versions/:seq/restore', rule, async (visit) => {
    const { slug } = campaignOf(needs, visit);
    const seq = seqOf(visit);
    const basedOn = visit.form['version'];
    const by = visit.signedIn.staff.id;
    const unsaved = await orUnsaved(needs, visit, () => restoreVersion(needs, { slug, seq, basedOn, by }));
    if (unsaved) return showVersion(needs, visit, unsaved);
    await visit.done(`/console/campaigns/${slug}/versions`, visit.words(campaignWords).history.restored);
  });
}

async function showVersion(needs: ConsoleNeeds, visit: StaffVisit, unsaved: Unsaved = nothingWrong): Promise<void> {
  const { database } = needs;
  const campaign = campaignOf(needs, visit);
  const words = visit.words(campaignWords);
  const seq = seqOf(visit);
  const versions = await versionsOf(database.read, campaign.slug);
  const version = versions.find((each) => each.seq === seq);
  const after = await filesOfVersion(database.read, campaign.slug, seq);
  if (version === undefined || after === undefined) throw new AppError('not-found', 'There is no such version.');
  const before = (await filesOfVersion(database.read, campaign.slug, seq - 1)) ?? new Map<string, string>();
  visit.show('campaign-version', {
    title: words.history.change,
    words,
    status: unsaved.mistakes.length > 0 ? 422 : unsaved.conflict ? 409 : 200,
    unsaved,
    campaign,
    version,
    newest: versions[0],
    who: (await saversOf(needs, visit, [version])).get(seq),
    at: visit.moment(version.savedAt, campaign.period.timeZone),
    isFirst: seq === 1,
    changes: (seq === 1 ? [] : difference(before, after)).map((file) => ({
      ...file,
      said: fileInWords(needs, visit, file.name),
    })),
    mayRestore: visit.may('campaigns') && versions[0]?.seq !== seq,
  });
}

function seqOf({ request }: StaffVisit): number {
  const seq = Number(request.params['seq']);
  if (!Number.isInteger(seq) || seq < 1 || seq > 1_000_000)
    throw new AppError('not-found', 'There is no such version.');
  return seq;
}
