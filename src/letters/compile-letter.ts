/** Makes the letter to one target in one language, once; after that signers' values are only merged into it. */
import { readFile } from 'node:fs/promises';
import type { Campaign, Target } from '../campaigns/campaign.ts';
import { escapeHtml, markdownHtml, markdownTokens } from '../campaigns/markdown.ts';
import { scriptOf, textDirection } from '../campaigns/text-direction.ts';
import { fillVariables, hasBraces } from '../campaigns/variables.ts';
import { partsOf } from './letter-parts.ts';
import { letterText, textDivider } from './letter-text.ts';
import type { CompiledLetter, Slotted } from './merge-letter.ts';

export type { CompiledLetter, Slotted } from './merge-letter.ts';

const template = new URL('../../templates/letter.mjml', import.meta.url);

/** Fonts that are on the reader's machine; nothing is fetched. Chinese, Japanese and Korean shapes differ by language. */
const eastAsianFonts: Record<string, string> = {
  Jpan: "'Hiragino Sans', 'Yu Gothic', Meiryo, 'Noto Sans CJK JP'",
  Hans: "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC'",
  Hant: "'PingFang TC', 'Microsoft JhengHei', 'Noto Sans CJK TC'",
  Kore: "'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans CJK KR'",
};

/**
 * Compiles a campaign's letter: once per campaign version, target and language.
 * @throws {Error} when there is no letter in this language, or braces are left that nothing fills.
 */
export async function compileLetter(campaign: Campaign, target: Target, language: string): Promise<CompiledLetter> {
  const source = campaign.letter[language];
  if (source === undefined) throw new Error(`campaign ${campaign.slug} has no letter in ${language}`);
  const fixed = new Map([
    ['target.name', target.name[language]],
    ['target.salutation', target.salutation[language]],
    ['organisation', campaign.organisation.name[language]],
    ['name', '{{name}}'],
  ]);
  const valueOf = (name: string): string => {
    const value = fixed.get(name);
    // A value with braces in it would be taken for a variable further on.
    if (value === undefined || (name !== 'name' && hasBraces(value))) {
      throw new Error(`campaign ${campaign.slug}: nothing fills {{${name}}} in ${language}`);
    }
    return value;
  };
  const asText = (text: string): string => fillVariables(text, valueOf);
  // A name may run the other way than the letter.
  const asHtml = (html: string): string =>
    fillVariables(html, (name) => (name === 'name' ? '<bdi>{{name}}</bdi>' : escapeHtml(valueOf(name))));

  const { opening, body } = partsOf(markdownTokens(source.body));
  const subject = asText(source.subject);
  if (hasBraces(subject)) throw new Error(`campaign ${campaign.slug}: a subject is the same for every signer`);

  const content = {
    subject: escapeHtml(subject),
    opening: asHtml(markdownHtml(opening)),
    body: asHtml(markdownHtml(body)),
    footer: asHtml(escapeHtml(source.footer)),
  };
  const layout = await readFile(template, 'utf8');
  const withoutMessage = layout.replaceAll(/<!-- with message -->[^]*?<!-- end -->/g, '');
  const [first, rest] = [asText(letterText(opening)), asText(letterText(body))];
  const foot = asText(`-- \n${source.footer}\n`);
  const textOf = (blocks: string[]): string => blocks.filter((block) => block !== '').join('\n\n');
  return {
    language,
    direction: textDirection(language),
    organisation: campaign.organisation.name[language] ?? '',
    sender: campaign.sender.address,
    addressee: target.name[language] ?? '',
    subject,
    html: slotted(await layOut(withoutMessage, language, content), ['name']),
    text: slotted(textOf([first, rest, foot]), ['name']),
    htmlWithMessage: slotted(await layOut(layout, language, content), ['name', 'message']),
    textWithMessage: slotted(textOf([first, '{{message}}', textDivider, rest, foot]), ['name', 'message']),
  };
}

async function layOut(layout: string, language: string, content: Record<string, string>): Promise<string> {
  // Half a second and 100 MB to load: only a process that compiles letters pays for them.
  const [{ default: mjml }, { default: juice }] = await Promise.all([import('mjml'), import('juice')]);

  const direction = textDirection(language);
  const eastAsian = eastAsianFonts[scriptOf(language)];
  const attributes: Record<string, string> = {
    language,
    direction,
    start: direction === 'rtl' ? 'right' : 'left',
    font: `'Helvetica Neue', Arial, ${eastAsian === undefined ? '' : `${eastAsian}, `}sans-serif`,
    'line-height': eastAsian === undefined ? '1.6' : '1.85',
  };
  const known = (values: Record<string, string>) => (name: string) => values[name] ?? `{{${name}}}`;

  const { html } = await mjml(fillVariables(layout, known(attributes)), {
    fonts: {},
    keepComments: false,
    validationLevel: 'strict',
  });
  // Some mail programs throw <html> away and keep <body>. mjml's indentation is a fifth of the size.
  const frame = html.replace('<body', `<body lang="${language}" dir="${direction}"`).replaceAll(/\n\s+/g, '\n');
  return juice(fillVariables(frame, known(content)), { preserveImportant: true });
}

/** Splits at the signer's variables. A value never meets a parser again after this. */
function slotted(text: string, slots: readonly string[]): Slotted {
  const parts = text.split(/\{\{(name|message)\}\}/);
  for (const [index, part] of parts.entries()) {
    const fault =
      index % 2 === 0 ? /.{0,30}(?:\{\{|\}\}).{0,30}/.exec(part)?.[0] : slots.includes(part) ? undefined : part;
    if (fault !== undefined) throw new Error(`nothing fills these braces of a letter: ${fault}`);
  }
  const missing = slots.filter((slot) => !parts.some((part, index) => index % 2 === 1 && part === slot));
  if (missing.length > 0) throw new Error(`the letter has no place for: ${missing.join(', ')}`);
  return { parts };
}
