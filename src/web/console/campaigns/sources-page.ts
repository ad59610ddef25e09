/** The front ends that bring signatures to a campaign: their keys, and what is pasted into other sites. */
import { z } from 'zod';
import { IsNull } from 'typeorm';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { AppError } from '../../../errors.ts';
import { createSourceKey, revokeSourceKey, sourceKeyTable } from '../../../intake/source-key.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { line, readForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { campaignOf } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

const keyForm = z.object({ name: line(80) });

export function sourceRoutes(door: Door, needs: ConsoleNeeds): void {
  const rule = (what: string) => ({ need: 'campaigns' as const, recorded: { what } });

  door.get('/campaigns/:id/sources', 'campaigns', (visit) => showSources(needs, visit));

  door.post('/campaigns/:id/sources', rule('source.create'), async (visit) => {
    const campaign = campaignOf(needs, visit);
    const words = visit.words(campaignWords);
    const read = readForm(visit.form, keyForm, visit.frame.problems);
    if (read.problems) return showSources(needs, visit, read.problems);
    const key = await createSourceKey(needs, {
      source: read.value.name,
      scopes: ['sign'],
      campaigns: [campaign.slug],
    });
    visit.show('campaign-key', { title: words.sources.once, words, campaign, key, origin: needs.origin() });
  });

  door.post('/campaigns/:id/sources/:key/revoke', rule('source.revoke'), async (visit) => {
    const { slug } = campaignOf(needs, visit);
    const key = (await keysOf(needs, slug)).find(({ id }) => id === visit.request.params['key']);
    if (key === undefined) throw new AppError('not-found', 'There is no such key.');
    await revokeSourceKey(needs, key.id);
    await visit.done(`/console/campaigns/${slug}/sources`, visit.words(campaignWords).sources.revoked);
  });
}

/** Keys made for this campaign alone; those of all campaigns belong to operators. */
async function keysOf({ database }: Pick<ConsoleNeeds, 'database'>, slug: string) {
  const rows = await database.read.find(sourceKeyTable, {
    where: { revokedAt: IsNull() },
    order: { createdAt: 'DESC' },
  });
  return rows.filter(({ campaigns }) => campaigns?.length === 1 && campaigns[0] === slug);
}

async function showSources(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  problems: { field: string; problem: string }[] = [],
): Promise<void> {
  const campaign: Campaign = campaignOf(needs, visit);
  const words = visit.words(campaignWords);
  const keys = await keysOf(needs, campaign.slug);
  visit.show('campaign-sources', {
    title: words.sources.title,
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    campaign,
    form: visit.form,
    keys: keys.map(({ id, source, createdAt }) => ({
      id,
      source,
      since: visit.moment(createdAt, campaign.period.timeZone),
    })),
  });
}
