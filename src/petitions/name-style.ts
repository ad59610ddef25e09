/** How a single name is to be set: its script, its direction, and whether it may be too long for a column. */
import { scriptOf } from '../campaigns/text-direction.ts';

const letter = /\p{L}/u;
const rightToLeft =
  /[\p{Script=Arab}\p{Script=Hebr}\p{Script=Syrc}\p{Script=Thaa}\p{Script=Nkoo}\p{Script=Adlm}\p{Script=Mand}\p{Script=Rohg}]/u;

const hanScripts = new Set(['Jpan', 'Hans', 'Hant', 'Kore']);

const own = (script: string): [string, RegExp] => [script, new RegExp(`\\p{Script=${script}}`, 'u')];

/**
 * Scripts by the letters that show them. Kana and Hangul come first, as they say which form their Han neighbours
 * take; the simple scripts last, as theirs lose nothing when another font draws them.
 */
const scripts: readonly [string, RegExp][] = [
  ['Jpan', /[\p{Script=Hira}\p{Script=Kana}]/u],
  ['Kore', /\p{Script=Hang}/u],
  ['Hant', /\p{Script=Bopo}/u],
  ['Hani', /\p{Script=Han}/u],
  ...['Arab', 'Hebr', 'Thai', 'Deva', 'Beng', 'Taml', 'Telu', 'Khmr', 'Mymr', 'Gujr', 'Guru', 'Knda'].map(own),
  ...['Mlym', 'Orya', 'Sinh', 'Laoo', 'Thaa', 'Mong', 'Tibt', 'Ethi', 'Armn', 'Geor'].map(own),
  ...['Cyrl', 'Grek', 'Latn'].map(own),
];

/**
 * The script whose fonts are tried first for a name, as `fonts.ts` calls it. Han letters alone do not tell
 * a language: they follow the first of `languages` (the signer's, then those of the petition) that has some.
 */
export function nameScript(name: string, languages: readonly string[]): string {
  const found = scripts.find(([, letters]) => letters.test(name))?.[0] ?? 'Latn';
  if (found !== 'Hani') return found;
  return languages.map(hanScriptOf).find((script) => script !== undefined) ?? 'Jpan';
}

/** A tag that is none must not hold up a petition. */
function hanScriptOf(language: string): string | undefined {
  if (!/^(ja|ko|zh|yue)\b/.test(language)) return undefined;
  try {
    const script = scriptOf(language);
    return hanScripts.has(script) ? script : undefined;
  } catch {
    return undefined;
  }
}

/** Direction of the first letter (UAX #9, rule P2), so that each name reads its own way whatever stands beside it. */
export function nameDirection(name: string): 'ltr' | 'rtl' {
  const first = name.match(letter)?.[0];
  return first !== undefined && rightToLeft.test(first) ? 'rtl' : 'ltr';
}

const mark = /^\p{Mn}$/u;
const middling = /^[\p{Ll}\p{Script=Arab}\p{Script=Hebr}\p{Script=Thai} ]$/u;

/** Breadth of a text in ems, guessed high: a mark takes no room, a small letter two thirds of an em. */
export function breadth(text: string): number {
  let ems = 0;
  for (const character of text) if (!mark.test(character)) ems += middling.test(character) ? 0.66 : 1;
  return ems;
}
