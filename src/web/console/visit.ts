/** One request to the console as a page sees it: who asks, in which language, and how to answer. */
import type { Request, Response } from 'express';
import { fillVariables } from '../../campaigns/variables.ts';
import { textDirection } from '../../campaigns/text-direction.ts';
import type { Instant } from '../../clock.ts';
import type { FieldProblem } from '../../errors.ts';
import { may, type Permission } from '../../staff/roles.ts';
import { formToken, type SignedIn } from '../../staff/sessions.ts';
import { moment, type Moment } from '../pages/page-dates.ts';
import { renderTemplate, stylesheetAddress } from '../pages/render-page.ts';
import type { ConsoleFrame } from './console-frame.ts';
import { frameWords, type FrameWords } from './frame-words.ts';
import type { Form } from './read-form.ts';
import { consoleLanguages, type ConsoleLanguage, type PageWords } from './page-words.ts';

export interface Visit {
  request: Request;
  response: Response;
  language: ConsoleLanguage;
  /** Words around every page. */
  frame: FrameWords;
  /** What a form sent; empty for a GET. */
  form: Form;
  /** Who is signed in; on pages for everybody, perhaps nobody. */
  signedIn: SignedIn | undefined;
  /** The words of a page in the language of the visit. */
  words<T>(page: PageWords<T>): T;
  /** A time in words and for `datetime`; without a zone, in that of the first campaign. */
  moment(at: Instant, timeZone?: string): Moment;
  /** Goes on as this session: its cookie is set, and the forms of the page that is shown are its own. */
  begin(token: string): void;
  /** Answers with `templates/console/<template>.eta`. What a view holds is `it`; its words are `it.words`. */
  show(template: string, view: ShownView): void;
}

/** The visit of somebody who is signed in. */
export interface StaffVisit extends Visit {
  signedIn: SignedIn;
  may(permission: Permission): boolean;
  /** Writes into the audit log what no route writes by itself, such as a search; `subject` holds no personal data. */
  record(what: string, subject?: string, reason?: string): Promise<void>;
  /** Goes on to another page after a form, which says `notice` once. */
  done(path: string, notice?: string): Promise<void>;
}

export interface ShownView {
  title: string;
  words: object;
  status?: number;
  /** What is wrong with the form that was sent; the template finds it as `it.problems[field]`. */
  problems?: readonly FieldProblem[];
  [field: string]: unknown;
}

/** What the door knows when it makes a visit. */
export interface VisitFacts {
  request: Request;
  response: Response;
  signedIn: SignedIn | undefined;
  /** The token that forms of this session carry. */
  csrf: string;
  /** Said once, at the top. */
  notice: string | undefined;
}

export function makeVisit(frame: ConsoleFrame, facts: VisitFacts): Visit {
  const { request, response, signedIn } = facts;
  const language = languageOf(frame, facts);
  const words = frame.wordsOf(frameWords, language);
  return {
    request,
    response,
    language,
    frame: words,
    form: {},
    signedIn,
    words: (page) => frame.wordsOf(page, language),
    begin(token) {
      frame.cookies.write(response, 'session', token);
      facts.csrf = formToken(token);
    },
    moment: (at, timeZone = frame.timeZone) => moment(at, words.dates, timeZone),
    show(template, { title, status = 200, problems = [], ...view }) {
      // What a tab shows and a screen reader says first.
      const tab = problems.length > 0 ? fill(words.wrong, { title }) : title;
      const html = renderTemplate(`console/${template}`, {
        ...view,
        problems: Object.fromEntries(problems.map(({ field, problem }) => [field, problem])),
        frame: { ...surroundings(frame, facts), words, language, title, tab, direction: textDirection(language) },
        fill,
      });
      response.status(status).set('Content-Language', language).type('html').send(html);
    },
  };
}

/** Fills the `{{variables}}` of a word. */
export function fill(word: string, values: Readonly<Record<string, string | number>>): string {
  return fillVariables(word, (name) => String(values[name] ?? ''));
}

/** What the layout shows around a page. */
function surroundings(frame: ConsoleFrame, { request, signedIn, csrf, notice }: VisitFacts): object {
  const full = signedIn?.session.stage === 'full' ? signedIn.staff : undefined;
  const entries = full ? frame.navigation.filter(({ need }) => may(full.role, need)) : [];
  return {
    styles: [stylesheetAddress(), frame.assets.address('console.css')],
    script: full && frame.assets.address('console.js'),
    languages: consoleLanguages.map((tag) => ({ tag, name: frame.wordsOf(frameWords, tag).language })),
    path: request.method === 'GET' ? request.originalUrl : '/console',
    here: request.baseUrl + request.path,
    navigation: entries,
    staff: full,
    signedIn: signedIn !== undefined,
    isRehearsal: frame.isRehearsal,
    csrf,
    notice,
  };
}

function languageOf(frame: ConsoleFrame, { request, signedIn }: VisitFacts): ConsoleLanguage {
  const wanted = signedIn?.staff.language ?? frame.cookies.read(request, 'language');
  const known = consoleLanguages.find((tag) => tag === wanted);
  return known ?? consoleLanguages.find((tag) => tag === request.acceptsLanguages([...consoleLanguages])) ?? 'en';
}
