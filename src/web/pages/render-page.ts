/** Templates to HTML; the home of eta. Values are escaped unless a template writes `<%~`, which is for HTML we made. */
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Response } from 'express';
import { textDirection } from '../../campaigns/text-direction.ts';
import type { Words } from '../../campaigns/words.ts';
import { assetAddress, type AssetName } from './assets.ts';

/** Reads and compiles each template when it is first used. */
const eta = new Eta({
  views: fileURLToPath(new URL('../../../templates/', import.meta.url)),
  cache: true,
  autoEscape: true,
});

/** The same page in one of its languages. */
export interface Alternate {
  language: string;
  /** The language's own name for itself. */
  name: string;
  href: string;
}

/** What a campaign adds to the house style. */
export interface Look {
  /** Address of its style sheet. */
  stylesheet: string | undefined;
  /** Address of its logo. */
  logo: string | undefined;
}

/** How a page presents itself outside: its full addresses, and what it is about. */
export interface Listing {
  /** Scheme, host and port of this site, in front of every address. */
  origin: string;
  /** Path of this page in this language. */
  path: string;
  /** One or two sentences. */
  description: string;
  /** Path of a picture for links shared elsewhere. */
  picture?: string | undefined;
}

/** What surrounds every page. */
export interface Frame {
  language: string;
  title: string;
  words: Words;
  organisation?: string;
  /** All languages of the page, its own among them. */
  alternates?: readonly Alternate[];
  /** Address that picks the language by itself. */
  anyLanguage?: string;
  /** For search engines and links shared elsewhere. Absent: a page that nobody looks for. */
  listing?: Listing;
  /** The campaign's own colours and logo. */
  look?: Look;
  /** Scripts of ours that help here. */
  scripts?: readonly AssetName[];
  /** True for pages that belong to one person or to no address. */
  unlisted?: boolean;
}

/** Fills `templates/pages/<template>.eta`: the frame is `it.frame`, the words `it.words`, the view's fields stand beside them. */
export function renderPage(template: string, frame: Frame, view: object): string {
  return renderTemplate(`pages/${template}`, {
    ...view,
    words: frame.words,
    frame: {
      organisation: undefined,
      alternates: [],
      anyLanguage: undefined,
      unlisted: false,
      listing: undefined,
      look: undefined,
      ...frame,
      direction: textDirection(frame.language),
      stylesheet: stylesheetAddress(),
      scripts: (frame.scripts ?? []).map(assetAddress),
    },
  });
}

/**
 * Sends a page. Unless something stricter was said before, it is not shared, since pages depend on the reader's
 * language or hold an event id; browsers may keep it, so that going back does not lose what was typed.
 */
export function sendPage(response: Response, language: string, html: string): void {
  if (response.get('Cache-Control') === undefined) response.set('Cache-Control', 'private, no-cache');
  response.set('Content-Language', language).type('html').send(html);
}

/** Fills `templates/<template>.eta`: what a template knows is `it`. */
export function renderTemplate(template: string, it: object): string {
  return eta.render(template, it);
}

/** Where pages find their style. */
export function stylesheetAddress(): string {
  return assetAddress('todoke.css');
}
