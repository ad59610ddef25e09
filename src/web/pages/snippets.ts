/** What is copied into the pages of another site: a link with a script that puts a form there, or a form of plain HTML. */
import type { Campaign } from '../../campaigns/campaign.ts';
import { escapeHtml } from '../../campaigns/markdown.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import type { Words } from '../../campaigns/words.ts';

interface SnippetNeeds {
  /** Public address of this site. */
  origin: string;
  campaign: Campaign;
  /** One of the campaign's. */
  language: string;
  words: Words;
  /** A key made with the origin of the other site; without one the script shows only the link. */
  key: string | undefined;
}

/** HTML to be pasted: `script` follows the campaign by itself, `form` has to be pasted anew when a consent text changes. */
export function embedSnippets({ origin, campaign, language, words, key }: SnippetNeeds): {
  script: string;
  form: string;
} {
  const page = campaign.page[language];
  const address = escapeHtml(`${origin}/actions/${campaign.slug}`);
  const tag = escapeHtml(language);
  const data = [
    `data-campaign="${campaign.slug}"`,
    `data-language="${tag}"`,
    ...(key ? [`data-key="${escapeHtml(key)}"`] : []),
  ];
  const script = [
    `<a href="${address}/${tag}" lang="${tag}">${escapeHtml(page?.title ?? campaign.slug)}</a>`,
    `<script src="${escapeHtml(origin)}/embed.js" ${data.join(' ')} async></script>`,
  ];
  const policy = escapeHtml(campaign.organisation.privacyPolicy[language] ?? '');
  const policyWords = fillVariables(words.sending.privacy, () => campaign.organisation.name[language] ?? '');
  const field = (name: 'name' | 'email' | 'phone', attributes: string): string =>
    `  <p><label>${escapeHtml(words.form[name])} <input name="${name}" ${attributes}></label> ${escapeHtml(page?.hints[name] ?? '')}</p>`;
  const form = [
    `<form method="post" action="${address}/sign" lang="${tag}">`,
    `  <input type="hidden" name="language" value="${tag}">`,
    `  <p><a href="${address}/${tag}#letter">${escapeHtml(words.action.letter)}</a></p>`,
    field('name', 'autocomplete="name" required'),
    field('email', 'type="email" autocomplete="email" required'),
    field('phone', 'type="tel" autocomplete="tel"'),
    `  <p><label>${escapeHtml(words.form.message)} <textarea name="message" rows="4"></textarea></label> ${escapeHtml(page?.hints.message ?? '')}</p>`,
    `  <p><a href="${policy}">${escapeHtml(policyWords)}</a></p>`,
    ...campaign.consents.map(({ id, version, required, text }) => {
      const attributes = `name="consent_${id}" value="${escapeHtml(version)}"${required ? ' required' : ''}`;
      return `  <p><label><input type="checkbox" ${attributes}> ${escapeHtml(text[language] ?? '')}</label></p>`;
    }),
    `  <p><button>${escapeHtml(words.form.submit)}</button></p>`,
    '</form>',
  ];
  return { script: script.join('\n'), form: form.join('\n') };
}
