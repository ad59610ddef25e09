/** *Campaigns*: the list of all of them, and the way to each. */
import type { ConsolePage } from '../console-page.ts';
import { campaignPage } from './campaign-page.ts';
import { campaignWords } from './campaign-words.ts';
import { stateOf, titleOf } from './campaign-view.ts';
import { duplicateRoutes } from './duplicate-page.ts';
import { historyRoutes } from './history-page.ts';
import { languageRoutes } from './languages-page.ts';
import { periodRoutes } from './period-page.ts';
import { previewRoutes } from './preview-page.ts';
import { settingsRoutes } from './settings-page.ts';
import { sourceRoutes } from './sources-page.ts';
import { testLetterRoutes } from './test-letter-page.ts';
import { textRoutes } from './text-page.ts';
import { wizardRoutes } from './wizard-page.ts';

/** In the order of the journey of a campaign: fixed paths before those with a name in them. */
export const campaignsPage: ConsolePage = {
  words: [campaignWords],
  menu: { key: 'campaigns', href: '/console/campaigns', need: 'read' },
  routes(door, needs) {
    door.get('/campaigns', 'read', (visit) => {
      const words = visit.words(campaignWords);
      const order = ['open', 'not-yet', 'draft', 'closed'];
      const campaigns = needs.book.campaigns
        .map((campaign) => ({ campaign, state: stateOf(campaign, needs.clock.now()) }))
        .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
        .map(({ campaign, state }) => ({
          slug: campaign.slug,
          title: titleOf(campaign, visit.language),
          state,
          languages: campaign.languages,
          target: campaign.targets.map(({ name }) => name[visit.language] ?? Object.values(name)[0]).join(' · '),
          hasTrouble: needs.book.troubles.has(campaign.slug),
        }));
      const known = new Set(campaigns.map(({ slug }) => slug));
      // Campaigns that were never right are in no book, only their mistakes are known.
      const others = [...needs.book.troubles].filter(([slug]) => slug !== '' && !known.has(slug));
      visit.show('campaigns', {
        title: words.title,
        words,
        campaigns,
        others: others.map(([slug, problems]) => ({ slug, problems })),
        mayWrite: visit.may('campaigns'),
      });
    });

    wizardRoutes(door, needs);
    campaignPage(door, needs);
    periodRoutes(door, needs);
    // Names and consents are no file of Markdown: their path goes before those of the texts.
    languageRoutes(door, needs);
    textRoutes(door, needs);
    settingsRoutes(door, needs);
    previewRoutes(door, needs);
    historyRoutes(door, needs);
    duplicateRoutes(door, needs);
    testLetterRoutes(door, needs);
    sourceRoutes(door, needs);
  },
};
