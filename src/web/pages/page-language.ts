/** Which language a page is in: the one asked for, else the best of those the browser wants. */
import type { Request } from 'express';
import { wordsFor, type Words } from '../../campaigns/words.ts';

export interface PageLanguage {
  language: string;
  words: Words;
}

/** The reader's favourite among `offered`, or the first of them. */
export function preferredLanguage(request: Request, offered: readonly string[]): string {
  return request.acceptsLanguages([...offered]) || (offered[0] ?? 'en');
}

/** For pages that belong to no campaign: any language we have words in. `wanted` comes from the address. */
export function houseLanguage(request: Request, all: Record<string, Words>, wanted?: unknown): PageLanguage {
  const offered = Object.keys(all);
  const asked = offered.find((tag) => tag === wanted);
  return pageLanguage(all, asked ?? preferredLanguage(request, offered));
}

/** The words for a language, or, when there are none, those of the first language we have. */
export function pageLanguage(all: Record<string, Words>, language: string): PageLanguage {
  const own = wordsFor(all, language);
  if (own !== undefined) return { language, words: own };
  const [first] = Object.entries(all);
  if (first === undefined) throw new Error('there are no words to make pages with');
  return { language: first[0], words: first[1] };
}
