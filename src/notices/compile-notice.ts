/** Makes a mail to signers, once for each campaign version, language and kind; after that only links and dates are put in. */
import { readFile } from 'node:fs/promises';
import type { Campaign } from '../campaigns/campaign.ts';
import { escapeHtml, markdownHtml, markdownTokens } from '../campaigns/markdown.ts';
import { noticeAddress } from '../campaigns/notice-rules.ts';
import { fillVariables } from '../campaigns/variables.ts';
import type { Words } from '../campaigns/words.ts';
import { layOut, slotted } from '../letters/lay-out.ts';
import { letterText } from '../letters/letter-text.ts';
import { fill, type Slotted } from '../letters/merge-letter.ts';
import { noticeKinds, type NoticeKind } from './notice-table.ts';

/**
 * What differs from mail to mail. There is no name of the signer among it, and nothing else that somebody typed:
 * whoever typed a stranger's address must not be able to have words of their own sent there.
 */
const slotsOf = {
  confirm: ['link', 'date'],
  thanks: ['link'],
  'handed-over': ['link', 'date', 'target', 'stop'],
} as const satisfies Record<NoticeKind, readonly string[]>;

/** The mails that a campaign may send. */
export function kindsOf({
  confirm,
  notices,
  consents,
}: Pick<Campaign, 'confirm' | 'notices' | 'consents'>): NoticeKind[] {
  return noticeKinds.filter(
    (kind) =>
      (kind === 'confirm' && confirm !== 'none') ||
      (kind === 'thanks' && notices.thanks !== 'none') ||
      (kind === 'handed-over' && consents.some(({ id }) => id === 'news')),
  );
}

export type NoticeValues = Readonly<Partial<Record<'link' | 'date' | 'target' | 'stop', string>>>;

export interface CompiledNotice {
  organisation: string;
  from: string;
  subject: string;
  html: Slotted;
  text: Slotted;
}

const template = new URL('../../templates/notice.mjml', import.meta.url);

/** Compiles one. The words are those of the language, the campaign's own where it has written some. */
export async function compileNotice(
  campaign: Campaign,
  words: Words,
  language: string,
  kind: NoticeKind,
): Promise<CompiledNotice> {
  const own = kind === 'thanks' ? campaign.thanks[language] : undefined;
  const said = words.notices[kind];
  const slots: readonly string[] = slotsOf[kind];
  const fixed: Record<string, string> = {
    title: campaign.page[language]?.title ?? '',
    organisation: campaign.organisation.name[language] ?? '',
  };
  const valueOf = (name: string): string => fixed[name] ?? `{{${name}}}`;
  const asText = (text: string): string => fillVariables(text, valueOf);
  const asHtml = (html: string): string => fillVariables(html, (name) => escapeHtml(valueOf(name)));

  const body = markdownTokens(own?.body ?? said.text);
  const after = markdownTokens(said.after);
  const footer = asText(words.notices.footer);
  const hasStop = slots.includes('stop');
  const layout = await readFile(template, 'utf8');
  const html = await layOut(hasStop ? layout : layout.replace(/<!-- with stop -->[^]*?<!-- end -->/, ''), language, {
    subject: escapeHtml(own?.subject ?? said.subject),
    organisation: escapeHtml(fixed['organisation'] ?? ''),
    body: asHtml(markdownHtml(body)),
    button: escapeHtml(said.button),
    after: asHtml(markdownHtml(after)),
    footer: escapeHtml(footer),
    stopWords: escapeHtml(words.notices.stop),
  });
  const parts = [
    asText(letterText(body)),
    `${said.button}\n{{link}}`,
    asText(letterText(after)),
    `-- \n${footer}${hasStop ? `\n\n${words.notices.stop}\n{{stop}}` : ''}\n`,
  ];
  return {
    organisation: fixed['organisation'] ?? '',
    from: noticeAddress(campaign),
    subject: own?.subject ?? said.subject,
    html: slotted(html, slots),
    text: slotted(parts.join('\n\n'), slots),
  };
}

/** The mail with its values. */
export function mergeNotice(
  { html, text }: Pick<CompiledNotice, 'html' | 'text'>,
  values: NoticeValues,
): { html: string; text: string } {
  const escaped = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapeHtml(value)]));
  return { html: fill(html, escaped), text: fill(text, values) };
}
