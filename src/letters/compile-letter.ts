/** Makes the letter to one target in one language, once; after that signers' values are only merged into it. */
import { readFile } from 'node:fs/promises';
import type { Campaign, Target } from '../campaigns/campaign.ts';
import { escapeHtml, markdownHtml, markdownTokens } from '../campaigns/markdown.ts';
import { textDirection } from '../campaigns/text-direction.ts';
import { fillVariables, hasBraces } from '../campaigns/variables.ts';
import { layOut, slotted } from './lay-out.ts';
import { partsOf } from './letter-parts.ts';
import { letterText, textDivider } from './letter-text.ts';
import type { CompiledLetter } from './merge-letter.ts';

export type { CompiledLetter, Slotted } from './merge-letter.ts';

const template = new URL('../../templates/letter.mjml', import.meta.url);

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
