/** A signer's name: kept as typed, in NFC, or refused with a reason. */

const longest = 200;

/** Embeddings, overrides and isolates: they can make a line of a petition read as something else. */
const bidiControl = /[\u202a-\u202e\u2066-\u2069]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Whether a text has more than `most` of what a reader would call characters. Counting is only needed between the
 * sure cases: a character has at least one code unit, and a pile of marks is long at four.
 */
function isLongerThan(most: number, text: string): boolean {
  if (text.length <= most) return false;
  return text.length > 4 * most || [...graphemes.segment(text)].length > most;
}

/** Gives the name to store, or what is wrong with it. */
export function readPersonName(typed: string): { name: string } | { problem: string } {
  const name = typed.normalize('NFC').trim();
  if (name === '') return { problem: 'is empty: write the name that shall stand under the letter' };
  if (!name.isWellFormed()) return { problem: 'holds a broken character: send it as valid UTF-8' };
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    return { problem: 'holds a control character or line break: write it on one line' };
  if (bidiControl.test(name))
    return { problem: 'holds a text direction control: leave it out, the direction is found by itself' };
  if (!/[\p{L}\p{N}]/u.test(name))
    return { problem: 'holds no letter: write the name that shall stand under the letter' };
  if (isLongerThan(longest, name)) return { problem: `is longer than ${longest} characters: shorten it` };
  return { name };
}

const longestMessage = 1_000;

/** The additional message: paragraphs of plain text, or what is wrong with it. Empty gives undefined. */
export function readOwnMessage(typed: string): { message: string | undefined } | { problem: string } {
  const message = typed.normalize('NFC').replace(/\r\n?/g, '\n').trim();
  if (message === '') return { message: undefined };
  if (!message.isWellFormed()) return { problem: 'holds a broken character: send it as valid UTF-8' };
  if (/[^\P{Cc}\n\t]/u.test(message)) return { problem: 'holds a control character: remove it' };
  if (bidiControl.test(message)) return { problem: 'holds a text direction control: leave it out' };
  if (isLongerThan(longestMessage, message)) {
    return { problem: `is longer than ${longestMessage} characters: shorten it` };
  }
  return { message };
}
