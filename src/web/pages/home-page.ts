/** The list of all campaigns. */
import type { Campaign } from '../../campaigns/campaign.ts';
import { wordsFor } from '../../campaigns/words.ts';
import { signingState, stateWords } from './action-page.ts';
import type { PageLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { renderPage } from './render-page.ts';

/** Open campaigns first, then those to come, then those that ended; each in the reader's language or its own first one. */
export function homePage(needs: PageNeeds, { language, words }: PageLanguage): string {
  const now = needs.clock.now();
  const order = ['open', 'rehearsal', 'not-yet', 'closed'];
  const campaigns = needs.book.campaigns
    .map((campaign) => ({ campaign, state: signingState(campaign, { now, keepOpen: needs.keepOpen }) }))
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .map(({ campaign, state }) => {
      const own = languageOf(campaign, language);
      const page = campaign.page[own];
      return {
        language: own,
        href: `/actions/${campaign.slug}/${own}`,
        title: page?.title ?? campaign.slug,
        period: page?.period ?? '',
        targets: campaign.targets.map((target) => target.name[own] ?? ''),
        words: wordsFor(needs.words, own) ?? words,
        state: { kind: state, label: stateWords(campaign, state, wordsFor(needs.words, own) ?? words).label },
      };
    });
  const alternates = Object.entries(needs.words).map(([tag, { language: name }]) => ({
    language: tag,
    name,
    href: `/?language=${tag}`,
  }));
  const listing = { origin: needs.origin(), path: `/?language=${language}`, description: words.home.intro };
  const frame = { language, words, title: words.home.title, alternates, anyLanguage: '/', listing };
  return renderPage('home', frame, { campaigns });
}

function languageOf(campaign: Campaign, wanted: string): string {
  return campaign.languages.find((language) => language === wanted) ?? campaign.languages[0] ?? wanted;
}
