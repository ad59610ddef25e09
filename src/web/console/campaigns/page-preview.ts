/** The public page and the petition's cover as previews: the real page with an empty form, the cover as a sheet of paper. */
import type { Campaign } from '../../../campaigns/campaign.ts';
import { escapeHtml, markdownHtml, markdownTokens } from '../../../campaigns/markdown.ts';
import { fillVariables } from '../../../campaigns/variables.ts';
import { actionPage } from '../../pages/action-page.ts';
import { dayInWords } from '../../pages/page-dates.ts';
import { pageLanguage } from '../../pages/page-language.ts';
import { renderTemplate, stylesheetAddress } from '../../pages/render-page.ts';
import { emptyForm } from '../../pages/sign-form.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { todayFor } from './campaign-view.ts';

/** The page of a campaign as it looks while it is open. */
export function pagePreview({ words: all, origin }: ConsoleNeeds, campaign: Campaign, language: string): string {
  const { words } = pageLanguage(all, language);
  const now = Date.parse(campaign.period.from);
  const open = { ...campaign, draft: false, period: { ...campaign.period, closed: false } };
  const channels = campaign.targets.map(() => 'mail' as const);
  const facts = { campaign: open, language, words, now, keepOpen: false, channels, form: emptyForm(), problems: [] };
  const html = actionPage({ ...facts, origin: origin(), puzzle: undefined, notice: undefined }, all);
  // Its scripts would not run in the frame; a browser would only complain of them.
  return html.replaceAll(/<script\b[^>]*><\/script>/g, '');
}

/** The letter on top of a petition, its variables filled with what could stand there. */
export function petitionPreview(
  { words: all, clock }: ConsoleNeeds,
  campaign: Campaign,
  language: string,
  sample: string,
): string {
  const { words } = pageLanguage(all, language);
  const petition = campaign.petition[language];
  const values: Record<string, string> = {
    count: new Intl.NumberFormat(words.dates).format(1_234),
    period: campaign.page[language]?.period ?? '',
    target: campaign.targets[0]?.name[language] ?? '',
    organisation: campaign.organisation.name[language] ?? '',
    date: dayInWords(todayFor(campaign, clock.now()), words.dates),
  };
  const body = fillVariables(markdownHtml(markdownTokens(petition?.body ?? '')), (name) =>
    escapeHtml(values[name] ?? ''),
  );
  return renderTemplate('console/preview-petition', {
    language,
    title: petition?.title ?? '',
    body,
    sample,
    stylesheet: stylesheetAddress(),
  });
}
