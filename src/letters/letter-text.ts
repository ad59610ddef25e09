/** A letter's Markdown as plain text, for the text part of the mail. */
import { linkAddress, type MarkedToken, shownText } from '../campaigns/markdown.ts';

/** Stands between the signer's own words and the letter of the campaign, in any language. */
export const textDivider = '* * *';

/** Paragraphs as lines of any length with an empty line between them; lists with dashes; links as `text (address)`. */
export function letterText(tokens: readonly MarkedToken[]): string {
  return tokens
    .map(block)
    .filter((text) => text !== '')
    .join('\n\n');
}

function block(token: MarkedToken): string {
  switch (token.type) {
    case 'paragraph':
    case 'heading':
      return inline(token.tokens).trim();
    case 'text':
      return (token.tokens === undefined ? inline([token]) : inline(token.tokens)).trim();
    case 'list':
      return token.items
        .map((item, index) => {
          const mark = token.ordered ? `${(token.start === '' ? 1 : token.start) + index}. ` : '- ';
          const inside = item.tokens.map((child) => block(child as MarkedToken)).filter((text) => text !== '');
          return mark + indent(inside.join(token.loose ? '\n\n' : '\n'), ' '.repeat(mark.length));
        })
        .join(token.loose ? '\n\n' : '\n');
    case 'blockquote':
      return `> ${indent(letterText(token.tokens as MarkedToken[]), '> ')}`;
    case 'code':
      return token.text;
    case 'hr':
      return textDivider;
    case 'table':
      return [token.header, ...token.rows].map((row) => row.map((cell) => inline(cell.tokens)).join(' | ')).join('\n');
    case 'list_item':
      return letterText(token.tokens as MarkedToken[]);
    case 'space':
    case 'def':
      return '';
    case 'html': // raw HTML is words
    case 'br':
    case 'checkbox':
    case 'codespan':
    case 'del':
    case 'em':
    case 'escape':
    case 'image':
    case 'link':
    case 'strong':
      return inline([token]).trim();
  }
}

function inline(tokens: readonly { type: string; raw: string }[]): string {
  return (tokens as readonly MarkedToken[])
    .map((token): string => {
      switch (token.type) {
        case 'text':
        case 'escape':
          return shownText(token).replaceAll(/[ \t]*\n[ \t]*/g, ' ');
        case 'br':
          return '\n';
        case 'strong':
        case 'em':
        case 'del':
          return inline(token.tokens);
        case 'link': {
          const words = inline(token.tokens);
          const address = linkAddress(token);
          const said = [words, `${words}/`, `mailto:${words}`, undefined].includes(address);
          return said || token.autolink === true ? words : `${words} (${address})`;
        }
        case 'image':
        case 'codespan':
          return token.text;
        case 'checkbox':
          return token.checked ? '☑ ' : '☐ ';
        case 'html':
        case 'blockquote': // blocks do not stand inside a line
        case 'code':
        case 'def':
        case 'heading':
        case 'hr':
        case 'list':
        case 'list_item':
        case 'paragraph':
        case 'space':
        case 'table':
          return token.raw;
      }
    })
    .join('');
}

/** Indents every line but the first. */
function indent(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}
