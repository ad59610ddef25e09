/** The same letter as a template that is rendered anew for every person. */
import { readFileSync } from 'node:fs';
import { escapeHtml, markdownHtml, markdownTokens } from '../src/campaigns/markdown.ts';
import { fillVariables } from '../src/campaigns/variables.ts';
import { inLanguage } from '../src/campaigns/campaign-book.ts';
import type { Person, SameLetter } from './same-letter.ts';

/** MJML with everything filled in but the person: Markdown is not parsed once per letter even here. */
export function usualTemplate({ campaign, target, compiled }: SameLetter): string {
  const { language } = compiled;
  const layout = readFileSync('templates/letter.mjml', 'utf8').replaceAll(
    /<!-- with message -->[^]*?<!-- end -->/g,
    '',
  );
  const source = campaign.letter[language];
  if (!source) throw new Error(`the sample campaign has no letter in ${language}`);
  const known: Record<string, string> = {
    language,
    direction: 'ltr',
    start: 'left',
    font: `'Helvetica Neue', Arial, 'Hiragino Sans', 'Yu Gothic', Meiryo, 'Noto Sans CJK JP', sans-serif`,
    'line-height': '1.85',
    subject: escapeHtml(compiled.subject),
    opening: '',
    body: markdownHtml(markdownTokens(source.body)),
    footer: escapeHtml(source.footer),
  };
  const words: Record<string, string> = {
    'target.name': inLanguage(target.name, language),
    'target.salutation': inLanguage(target.salutation, language),
    organisation: compiled.organisation,
  };
  const keep = (name: string): string => `{{${name}}}`;
  const page = fillVariables(layout, (name) => known[name] ?? keep(name));
  return fillVariables(page, (name) => (words[name] === undefined ? keep(name) : escapeHtml(words[name])));
}

export function pageOf(template: string, { name }: Person): string {
  return fillVariables(template, () => escapeHtml(name));
}
