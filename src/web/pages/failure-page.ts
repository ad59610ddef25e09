/** The page that says what is not possible, and what to do instead. */
import type { Response } from 'express';
import type { Words } from '../../campaigns/words.ts';
import type { AppError } from '../../errors.ts';
import { statusOf } from '../problem.ts';
import type { PageLanguage } from './page-language.ts';
import { renderPage, sendPage } from './render-page.ts';

type Titled = Exclude<keyof Words['failures'], 'not-yet' | 'closed'>;

export interface Failure {
  status: number;
  /** The key of its words, or words of its own. */
  said: Titled | { title: string; text: string | undefined };
  /** Where to go on; to the list of campaigns, if nothing else is said. */
  link?: { href: string; text: string };
}

/** Answers with the page. */
export function sendFailure(response: Response, { language, words }: PageLanguage, failure: Failure): void {
  const said = typeof failure.said === 'string' ? words.failures[failure.said] : failure.said;
  const link = failure.link ?? { href: '/', text: words.frame.home };
  const html = renderPage('problem', { language, words, title: said.title, unlisted: true }, { ...said, link });
  sendPage(response.status(failure.status), language, html);
}

/** The HTTP status a page answers with: of a form with mistakes, 422. */
export function pageStatus(error: AppError): number {
  return error.code === 'invalid' ? 422 : statusOf(error);
}
