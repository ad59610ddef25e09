/** The page that says what is not possible, and what to do instead. */
import type { Words } from '../../campaigns/words.ts';
import type { AppError } from '../../errors.ts';
import { statusOf } from '../problem.ts';
import type { PageLanguage } from './page-language.ts';
import { renderPage } from './render-page.ts';

type Titled = Exclude<keyof Words['failures'], 'not-yet' | 'closed'>;

/** `kind` names the words; `link` is where to go on. */
export function failurePage(
  { language, words }: PageLanguage,
  failure: Titled | { title: string; text: string | undefined },
  link: { href: string; text: string } = { href: '/', text: words.frame.home },
): string {
  const said = typeof failure === 'string' ? words.failures[failure] : failure;
  return renderPage('problem', { language, words, title: said.title, unlisted: true }, { ...said, link });
}

/** The HTTP status a page answers with: of a form with mistakes, 422. */
export function pageStatus(error: AppError): number {
  return error.code === 'invalid' ? 422 : statusOf(error);
}
