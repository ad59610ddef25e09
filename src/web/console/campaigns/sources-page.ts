/** The front ends that bring signatures to a campaign: their keys, and what is pasted into other sites. */
import { z } from 'zod';
import { IsNull } from 'typeorm';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { AppError } from '../../../errors.ts';
import { createSourceKey, revokeSourceKey, sourceKeyTable } from '../../../intake/source-key.ts';
import { pageLanguage } from '../../pages/page-language.ts';
import { embedSnippets } from '../../pages/snippets.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { line, readForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { campaignOf, languageName } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

const keyForm = z.object({ name: line(80), origin: z.string().trim().max(200, 'long').optional() });

export function sourceRoutes(door: Door, needs: ConsoleNeeds): void {
  const rule = (what: string) => ({ need: 'campaigns' as const, recorded: { what } });

  door.get('/campaigns/:id/sources', 'campaigns', (visit) => showSources(needs, visit));

  door.post('/campaigns/:id/sources', rule('source.create'), async (visit) => {
    const campaign = campaignOf(needs, visit);
    const words = visit.words(campaignWords);
    const read = readForm(visit.form, keyForm, visit.frame.problems);
    if (read.problems) return showSources(needs, visit, read.problems);
    const { name: source, origin } = read.value;
    const wanted = { source, scopes: ['sign'], campaigns: [campaign.slug] } as const;
    try {
      const key = await createSourceKey(needs, { ...wanted, origins: origin ? [origin] : null });
      const snippets = origin ? snippetsOf(needs, campaign, key) : [];
      visit.show('campaign-key', { title: words.sources.once, words, campaign, key, snippets, origin: needs.origin() });
    } catch (thrown) {
      if (!origin || !(thrown instanceof AppError) || thrown.code !== 'invalid') throw thrown;
      await showSources(needs, visit, [{ field: 'origin', problem: words.sources['bad-origin'] }]);
    }
  });

  door.post('/campaigns/:id/sources/:key/revoke', rule('source.revoke'), async (visit) => {
    const { slug } = campaignOf(needs, visit);
    const key = (await keysOf(needs, slug)).find(({ id }) => id === visit.request.params['key']);
    if (key === undefined) throw new AppError('not-found', 'There is no such key.');
    await revokeSourceKey(needs, key.id);
    await visit.done(`/console/campaigns/${slug}/sources`, visit.words(campaignWords).sources.revoked);
  });
}

/** What is pasted into the other site, in each language. */
function snippetsOf(needs: ConsoleNeeds, campaign: Campaign, key: string) {
  return campaign.languages.map((language) => ({
    language,
    name: languageName(needs, language),
    ...embedSnippets({
      origin: needs.origin(),
      campaign,
      language,
      words: pageLanguage(needs.words, language).words,
      key,
    }),
  }));
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
    keys: keys.map(({ id, source, origins, createdAt }) => ({
      id,
      source,
      origin: origins?.[0],
      since: visit.moment(createdAt, campaign.period.timeZone),
    })),
  });
}
