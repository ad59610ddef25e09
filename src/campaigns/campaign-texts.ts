/** The texts of a campaign in one language: page, letter, petition and notice, checked and taken apart. */
import { z } from 'zod';
import { type CampaignPage, type LetterSource, line, type NoticeSource, type PetitionSource } from './campaign.ts';
import { checkTexts } from './check-campaign.ts';
import type { Complain } from './file-problem.ts';
import { readFrontMatter } from './front-matter.ts';
import type { Mistake } from './mistakes.ts';
import { eachToken, escapeHtml, linkAddress, type MarkedToken, markdownHtml, markdownTokens } from './markdown.ts';
import { positionAt } from './source-position.ts';
import { checkVariables, fillVariables, type TextKind } from './variables.ts';
import type { Path } from './yaml-source.ts';

const hint = z.string().trim().min(1).max(1_000);
const pageHead = z.strictObject({
  title: line,
  period: line,
  hints: z.strictObject({ name: hint, email: hint, phone: hint, message: hint }),
});
const letterHead = z.strictObject({ subject: line, footer: line });
const petitionHead = z.strictObject({ title: line });
const noticeHead = z.strictObject({ subject: line });

const more = /^<!--\s*more\s*-->$/;

/** Reads `page.<lang>.md`. `organisation` is its name in that language, for the variable. */
export function readPage(text: string, organisation: string, complain: Complain): CampaignPage | undefined {
  const file = readText(text, pageHead, () => 'none', 'page', complain);
  if (file === undefined) return undefined;

  const tokens = markdownTokens(file.body);
  const cuts = tokens.flatMap((token, index) => (isMore(token) ? [index] : []));
  const [cut] = cuts;
  if (cut === undefined || cuts.length > 1) {
    const problem = cut === undefined ? '<!-- more --> is missing' : `<!-- more --> is there ${cuts.length} times`;
    const remedy = 'write it once, on a line of its own, where the short version ends';
    complain(positionAt(text, cut === undefined ? file.bodyStart : text.lastIndexOf('<!--')), problem, remedy, {
      name: 'divider',
    });
    return undefined;
  }
  const fill = (html: string): string =>
    fillVariables(html, (name) => escapeHtml(name === 'period' ? file.head.period : organisation));
  const short = fill(markdownHtml(tokens.slice(0, cut)));
  const long = fill(markdownHtml(tokens.slice(cut + 1)));
  if (short === '' || long === '') {
    const at = positionAt(text, text.indexOf('<!--', file.bodyStart));
    complain(
      at,
      `there is no ${short === '' ? 'short' : 'long'} version`,
      'tell the case short above <!-- more --> and long below',
      { name: short === '' ? 'no-short' : 'no-long' },
    );
    return undefined;
  }
  return { ...file.head, short, long };
}

/** Reads `letter.<lang>.md`. */
export function readLetter(text: string, complain: Complain): LetterSource | undefined {
  const kindOf = ([key]: Path): TextKind => (key === 'subject' ? 'subject' : 'letter');
  const file = readText(text, letterHead, kindOf, 'letter', complain);
  return file && { ...file.head, body: file.body.trim() };
}

/** Reads `notice-thanks.<lang>.md`. */
export function readNotice(text: string, complain: Complain): NoticeSource | undefined {
  const file = readText(text, noticeHead, () => 'none', 'notice', complain);
  return file && { ...file.head, body: file.body.trim() };
}

/** Reads `petition.<lang>.md`: paragraphs and nothing else, because it is set by another engine than a page. */
export function readPetition(text: string, complain: Complain): PetitionSource | undefined {
  const file = readText(text, petitionHead, () => 'none', 'petition', complain);
  if (file === undefined) return undefined;
  eachToken(file.body, (token, offset) => {
    if (!['paragraph', 'space', 'text', 'br', 'escape', 'link', 'image', 'html'].includes(token.type)) {
      const remedy = 'write plain paragraphs with an empty line between them';
      complain(positionAt(text, file.bodyStart + offset), 'only paragraphs can be printed', remedy, {
        name: 'only-paragraphs',
      });
    }
  });
  return { ...file.head, body: file.body.trim() };
}

function readText<S extends z.ZodType>(
  text: string,
  head: S,
  headKind: (path: Path) => TextKind,
  bodyKind: TextKind,
  complain: Complain,
): { head: z.output<S>; body: string; bodyStart: number } | undefined {
  const found = readFrontMatter(text, head, complain);
  if (found === undefined) return undefined;
  const { bodyStart } = found;
  const body = text.slice(bodyStart);

  checkTexts(found.yaml, headKind, complain);
  checkVariables(body, bodyKind, complain, (offset) => positionAt(text, bodyStart + offset));
  if (body.trim() === '')
    complain(positionAt(text, bodyStart), 'the text is missing', 'write it below the head', { name: 'no-text' });
  eachToken(body, (token, offset) => {
    const fault = faultOf(token);
    if (fault !== undefined) complain(positionAt(text, bodyStart + offset), ...fault);
  });
  return { head: found.values, body, bodyStart };
}

function faultOf(token: MarkedToken): [problem: string, remedy: string, mistake: Mistake] | undefined {
  if (token.type === 'image') {
    return [
      'pictures are not shown: they tell others who reads',
      'take it out, or make it a link',
      { name: 'picture' },
    ];
  }
  if (token.type === 'html' && token.raw.startsWith('<!--') && !isMore(token)) {
    return [
      'a comment would be shown to everybody',
      'take it out; a README.md beside this file may hold notes',
      { name: 'comment' },
    ];
  }
  if (token.type === 'link' && /\{\{|%7B%7B/i.test(token.href)) {
    return [
      'a variable stands in the address of a link',
      'write the address out: it must be the same for everybody',
      { name: 'variable-in-link' },
    ];
  }
  if (token.type === 'link' && linkAddress(token) === undefined) {
    return [
      'this link leads neither to the web nor to a mailbox',
      'use a full address: https://… or mailto:…',
      { name: 'bad-link' },
    ];
  }
  return undefined;
}

function isMore(token: MarkedToken): boolean {
  return token.type === 'html' && more.test(token.raw.trim());
}
