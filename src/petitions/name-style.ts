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

/** Place in `scripts` of a character, or past its end. */
const ranks = remembered((character) => {
  const found = scripts.findIndex(([, letters]) => letters.test(character));
  return found < 0 ? scripts.length : found;
});

/**
 * The script whose fonts are tried first for a name, as `fonts.ts` calls it. Han letters alone do not tell
 * a language: they follow the first of `languages` (the signer's, then those of the petition) that has some.
 */
export function nameScript(name: string, languages: readonly string[]): string {
  let best = scripts.length;
  for (const character of name) best = Math.min(best, ranks(character));
  const found = scripts[best]?.[0] ?? 'Latn';
  if (found !== 'Hani') return found;
  return languages.map(hanScriptOf).find((script) => script !== undefined) ?? 'Jpan';
}

/** A tag that is none must not hold up a petition. */
const hanScriptOf = remembered((language) => {
  if (!/^(ja|ko|zh|yue)\b/.test(language)) return undefined;
  try {
    const script = scriptOf(language);
    return hanScripts.has(script) ? script : undefined;
  } catch {
    return undefined;
  }
});

const directions = remembered((character) =>
  !letter.test(character) ? undefined : rightToLeft.test(character) ? 'rtl' : 'ltr',
);

/** Direction of the first letter (UAX #9, rule P2), so that each name reads its own way whatever stands beside it. */
export function nameDirection(name: string): 'ltr' | 'rtl' {
  for (const character of name) {
    const direction = directions(character);
    if (direction !== undefined) return direction;
  }
  return 'ltr';
}

const mark = /^\p{Mn}$/u;
const wide = /^[mwMWÆæŒœЖжШшЩщЮюЫыФфМм@%—…]$/u;
const small = /^[\p{Ll}\p{Script=Hebr}\p{Script=Thai}\p{Nd} ]$/u;
const capital = /^[\p{Lu}\p{Script=Arab}]$/u;

const breadths = remembered((character) => {
  if (mark.test(character)) return 0;
  if (wide.test(character)) return 1;
  return small.test(character) ? 0.64 : capital.test(character) ? 0.8 : 1;
});

/** Breadth of a text in ems, guessed high: a mark takes no room, a small letter two thirds of an em. */
export function breadth(text: string): number {
  let ems = 0;
  for (const character of text) ems += breadths(character);
  return ems;
}

/** Names share their letters and languages: what a slow test says of one is kept. */
function remembered<Fact>(look: (text: string) => Fact): (text: string) => Fact {
  const known = new Map<string, Fact>();
  return (text) => {
    if (known.has(text)) return known.get(text) as Fact;
    const fact = look(text);
    known.set(text, fact);
    return fact;
  };
}
