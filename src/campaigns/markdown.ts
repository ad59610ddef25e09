/** Campaigners' Markdown: read, checked, and made into HTML that holds none of their own. The home of marked. */
import { Marked, type MarkedToken, type Token } from 'marked';

export type { MarkedToken } from 'marked';

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const breakBetweenCjk =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef])[ \t]*\n[ \t]*(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef])/gu;

const marked = new Marked({
  renderer: {
    // Whatever looks like HTML is shown, as text.
    html: ({ raw, block }) => (block ? `<p>${escapeHtml(raw.trim())}</p>\n` : escapeHtml(raw)),
    text(token) {
      if ('tokens' in token && token.tokens !== undefined) return this.parser.parseInline(token.tokens);
      return escapeHtml(shownText(token));
    },
    codespan: ({ text }) => `<code>${escapeHtml(text)}</code>`,
    code: ({ text }) => `<pre><code>${escapeHtml(text)}</code></pre>\n`,
    // The page and the letter have a title of their own: headings begin below it.
    heading({ tokens, depth }) {
      const level = Math.min(depth + 1, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    link(token) {
      const words = this.parser.parseInline(token.tokens);
      const address = linkAddress(token);
      return address === undefined ? words : `<a href="${escapeHtml(address)}">${words}</a>`;
    },
    image: ({ text }) => escapeHtml(text),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

/** Markdown (GitHub's dialect) as marked's tokens; `raw` of the top ones, joined, is the source again. */
export function markdownTokens(source: string): MarkedToken[] {
  return marked.lexer(source) as MarkedToken[];
}

/** Safe HTML: every text is escaped, raw HTML is shown as text, links are checked, images are their words. */
export function markdownHtml(tokens: readonly Token[]): string {
  return marked.parser([...tokens]).trim();
}

/** The characters a reader sees of a text token: entities decoded, lines joined without a gap inside Japanese. */
export function shownText(token: { type: string; text: string }): string {
  if (token.type === 'escape') return token.text;
  const decoded = token.text.replace(/&(?:([a-z]+)|#(\d{1,7})|#[xX]([\da-fA-F]{1,6}));/g, decodeEntity);
  return decoded.replace(breakBetweenCjk, '');
}

function decodeEntity(whole: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return entities[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  // As HTML has it: no NUL, no half of a surrogate pair, nothing beyond Unicode.
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return valid ? String.fromCodePoint(code) : '\ufffd';
}

/** The address of a link, normalised, or nothing when it is not one of the web or of mail. */
export function linkAddress(link: { href: string }): string | undefined {
  const address = URL.parse(shownText({ type: 'text', text: link.href }));
  return address !== null && ['http:', 'https:', 'mailto:'].includes(address.protocol) ? address.href : undefined;
}

/** Text for HTML, between tags or inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** What a reader sees of HTML that `markdownHtml` made, on one line. */
export function plainText(html: string): string {
  const text = html
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => shownEntities[entity] ?? entity);
}

const shownEntities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

const blocks = new Set(['paragraph', 'heading', 'blockquote', 'list', 'list_item', 'table', 'text']);

/** Every token with the offset where it begins, or, where its source was re-indented, the block around it. */
export function eachToken(source: string, visit: (token: MarkedToken, offset: number) => void): void {
  let start = 0;
  for (const top of markdownTokens(source)) {
    let cursor = start;
    void marked.walkTokens([top], (token) => {
      const found = source.indexOf(token.raw, cursor);
      const offset = found >= 0 && found < start + top.raw.length ? found : cursor;
      // A block may begin with its first child; the same inline token may come again further on.
      if (offset === found && token.type !== 'text') cursor = blocks.has(token.type) ? found : found + 1;
      visit(token as MarkedToken, offset);
    });
    start += top.raw.length;
  }
}
