/** The letter as it will be sent, shown on the page with places held for the signer's name and words. */
import type { LetterSource, Target } from '../../campaigns/campaign.ts';
import { escapeHtml, markdownHtml, markdownTokens } from '../../campaigns/markdown.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import { partsOf } from '../../letters/letter-parts.ts';

export interface LetterPreview {
  subject: string;
  /** HTML */
  opening: string;
  /** HTML; the signer's own words come before it. */
  body: string;
  /** HTML */
  footer: string;
}

interface Values {
  target: Target;
  language: string;
  organisation: string;
  /** What stands where the signer's name will be, until one is typed. */
  yourName: string;
  typedName: string;
}

/** Lays the letter out in the order of `letters/compile-letter.ts`: opening, own words, body, footer. */
export function letterPreview(letter: LetterSource, values: Values): LetterPreview {
  const { target, language } = values;
  const fixed: Record<string, string | undefined> = {
    'target.name': target.name[language],
    'target.salutation': target.salutation[language],
    organisation: values.organisation,
  };
  const empty = escapeHtml(values.yourName);
  const filled = values.typedName === '' ? '' : ' filled';
  const slot = `<bdi class="slot${filled}" data-shows="name" data-empty="${empty}">${escapeHtml(values.typedName) || empty}</bdi>`;
  const html = (text: string): string =>
    fillVariables(text, (name) => (name === 'name' ? slot : escapeHtml(fixed[name] ?? '')));

  const { opening, body } = partsOf(markdownTokens(letter.body));
  return {
    subject: fillVariables(letter.subject, (name) => fixed[name] ?? ''),
    opening: html(markdownHtml(opening)),
    body: html(markdownHtml(body)),
    footer: html(escapeHtml(letter.footer)),
  };
}
