/** Makes a name safe to print: whatever no font can draw, or must not act on the page, is shown as ⟨U+XXXX⟩ and reported. */

export interface PrintableText {
  text: string;
  /** What is not printed as it was written, in order: `U+202E`. */
  substituted: string[];
}

/** Whether the fonts draw a code point, or a code point with a variation selector after it. */
export interface Coverage {
  (codePoint: number, selector?: number): boolean;
  /** Whether one font draws all of these: a letter and its marks are set in the same font, or there is an empty box. */
  together(codePoints: readonly number[]): boolean;
}

/** Controls, private use, unassigned, lone surrogates, line and paragraph separators. */
const unprintable = /^[\p{Cc}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]$/u;

/** Draws nothing by design; among them the bidi overrides and the Hangul fillers that pose as a letter. */
const ignorable = /^\p{Default_Ignorable_Code_Point}$/u;

/** Ignorables that belong to honest names: grapheme joiner, ZWNJ, ZWJ, LRM, RLM, ALM, Mongolian vowel separator. */
const belongsToNames = new Set([0x034f, 0x200c, 0x200d, 0x200e, 0x200f, 0x061c, 0x180e]);

const variationSelector = /^\p{Variation_Selector}$/u;
/** VS15 and VS16 only ask for an emoji in black or in colour; paper answers that question. */
const colourSelectors = new Set([0xfe0e, 0xfe0f]);
const mark = /^\p{M}$/u;
const sharedMark = /^\p{Script=Inherited}$/u;
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u;

/** Marks on one letter. No orthography has more; piles of them would run over the names above and below. */
const mostMarks = { shared: 3, ofItsScript: 8 };

/** A character that needs no second look wherever it stands; kept for each set of fonts, as names share their letters. */
function isPlain(character: string, covers: Coverage): boolean {
  let known = plainOf.get(covers);
  if (!known) plainOf.set(covers, (known = new Map()));
  let plain = known.get(character);
  if (plain === undefined) {
    plain = plainKinds.test(character) && mayStand(character, character.codePointAt(0) as number, covers);
    known.set(character, plain);
  }
  return plain;
}
const plainKinds = /^(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{P} ]$/u;
const plainOf = new WeakMap<Coverage, Map<string, boolean>>();

/** Hangul in parts, as Macs write it: fonts draw whole syllables. Other scripts are left as they are, since NFC would trade rare forms of Han characters for the common ones. */
const loose = /[\u1100-\u11ff]{2,}|[\uac00-\ud7a3][\u11a8-\u11ff]/g;

/**
 * Gives the text to print and what was substituted in it. Nothing is dropped: a variation selector the fonts
 * do not know stays in the text, where it changes nothing, and is reported.
 */
export function printableName(written: string, covers: Coverage): PrintableText {
  const name = written.replace(loose, (letters) => letters.normalize('NFC'));
  if (!/^ |^$/.test(name) && Array.from(name).every((each) => isPlain(each, covers)))
    return { text: name, substituted: [] };
  const substituted: string[] = [];
  const nothingToSee = !visible.test(name);
  let text = '';
  let base = 0;
  let marks = 0;
  /** The last letter and its marks. */
  let cluster: number[] = [];
  for (const character of name) {
    const codePoint = character.codePointAt(0) as number;
    const isMark = mark.test(character);
    marks = isMark ? marks + 1 : 0;
    const isPile =
      base === 0 ? marks > 0 : marks > (sharedMark.test(character) ? mostMarks.shared : mostMarks.ofItsScript);
    const hasLetter = (): boolean => cluster.length > 0 && covers.together([...cluster, codePoint]);
    const belongs = (): boolean => !isMark || ignorable.test(character) || hasLetter();
    if (variationSelector.test(character) && !isPile && !nothingToSee) {
      if (!colourSelectors.has(codePoint) && !covers(base, codePoint)) substituted.push(codePointName(codePoint));
      text += character;
    } else if (nothingToSee || isPile || !mayStand(character, codePoint, covers) || !belongs()) {
      substituted.push(codePointName(codePoint));
      text += `⟨${codePointName(codePoint)}⟩`;
      cluster = [];
    } else {
      text += character;
      if (!ignorable.test(character)) cluster = isMark ? [...cluster, codePoint] : [codePoint];
    }
    base = codePoint;
  }
  return { text, substituted };
}

/** `U+202E` for 0x202E. */
function codePointName(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}

function mayStand(character: string, codePoint: number, covers: Coverage): boolean {
  if (unprintable.test(character)) return false;
  if (ignorable.test(character)) return belongsToNames.has(codePoint);
  return covers(codePoint);
}
