/** Lays out a mail by MJML and juice, with the values of each reader left open. The home of both. */
import { scriptOf, textDirection } from '../campaigns/text-direction.ts';
import { fillVariables } from '../campaigns/variables.ts';
import type { Slotted } from './merge-letter.ts';

/** Fonts that are on the reader's machine; nothing is fetched. Chinese, Japanese and Korean shapes differ by language. */
const eastAsianFonts: Record<string, string> = {
  Jpan: "'Hiragino Sans', 'Yu Gothic', Meiryo, 'Noto Sans CJK JP'",
  Hans: "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC'",
  Hant: "'PingFang TC', 'Microsoft JhengHei', 'Noto Sans CJK TC'",
  Kore: "'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans CJK KR'",
};

/**
 * Makes HTML for mail programs out of an MJML layout. What every layout may ask for is `language`, `direction`, `start`
 * (left or right), `font` and `line-height`; `content` fills the rest, as HTML. What neither knows stays as it is.
 */
export async function layOut(layout: string, language: string, content: Record<string, string>): Promise<string> {
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

/**
 * Splits at these variables. A value never meets a parser again after this. Throws when the text has no place for one
 * of them, or holds braces that nothing fills.
 */
export function slotted(text: string, slots: readonly string[]): Slotted {
  const parts = text.split(new RegExp(`\\{\\{(${slots.join('|')})\\}\\}`));
  for (const [index, part] of parts.entries()) {
    const fault = index % 2 === 0 ? /.{0,30}(?:\{\{|\}\}).{0,30}/.exec(part)?.[0] : undefined;
    if (fault !== undefined) throw new Error(`nothing fills these braces of a mail: ${fault}`);
  }
  const missing = slots.filter((slot) => !parts.some((part, index) => index % 2 === 1 && part === slot));
  if (missing.length > 0) throw new Error(`the mail has no place for: ${missing.join(', ')}`);
  return { parts };
}
