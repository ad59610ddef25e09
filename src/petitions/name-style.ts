/** How a single name is to be set: its script, its direction, and whether it may be too long for a column. */
import { scriptOf } from '../campaigns/text-direction.ts';

const letter = /\p{L}/u;
const rightToLeft =
  /[\p{Script=Arab}\p{Script=Hebr}\p{Script=Syrc}\p{Script=Thaa}\p{Script=Nkoo}\p{Script=Adlm}\p{Script=Mand}\p{Script=Rohg}]/u;

const hanScripts = new Set(['Jpan', 'Hans', 'Hant', 'Kore']);

/** Scripts by the letters that show them. Kana and Hangul come first: they say which form their Han neighbours take. */
const scripts: readonly [string, RegExp][] = [
  ['Jpan', /[\p{Script=Hira}\p{Script=Kana}]/u],
  ['Kore', /\p{Script=Hang}/u],
  ['Hant', /\p{Script=Bopo}/u],
  ['Hani', /\p{Script=Han}/u],
  ...(
    'Latn Arab Cyrl Grek Hebr Thai Deva Beng Taml Telu Khmr Mymr Armn Geor Ethi Gujr Guru Knda Mlym Orya Sinh ' +
    'Laoo Thaa Mong Tibt'
  )
    .split(' ')
    .map((script): [string, RegExp] => [script, new RegExp(`\\p{Script=${script}}`, 'u')]),
];

/**
 * The script whose fonts are tried first for a name, as `fonts.ts` calls it. Han letters alone do not tell
 * a language: they follow the signer's, or else the petition's (`sheetScripts`, one for each cover letter).
 */
export function nameScript(name: string, language: string, sheetScripts: readonly string[]): string {
  const found = scripts.find(([, letters]) => letters.test(name))?.[0] ?? 'Latn';
  if (found !== 'Hani') return found;
  return [scriptOf(language), ...sheetScripts].find((script) => hanScripts.has(script)) ?? 'Jpan';
}

/** Direction of the first letter (UAX #9, rule P2), so that each name reads its own way whatever stands beside it. */
export function nameDirection(name: string): 'ltr' | 'rtl' {
  const first = name.match(letter)?.[0];
  return first !== undefined && rightToLeft.test(first) ? 'rtl' : 'ltr';
}

/** Breadth of a text in ems, guessed high; marks take no room. */
export function breadth(text: string): number {
  let ems = 0;
  for (const character of text) {
    if (/[\p{Script=Han}\p{Script=Hira}\p{Script=Kana}\p{Script=Hang}\p{Emoji_Presentation}\uff00-\uffef]/u.test(character)) ems += 1;
    else if (!/\p{Mn}/u.test(character)) ems += /[\p{Lu}\p{Script=Mymr}\p{Script=Khmr}\p{Script=Taml}]/u.test(character) ? 0.85 : 0.65;
  }
  return ems;
}
