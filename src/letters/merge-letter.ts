/** A compiled letter and one signer's values make a letter: string work only, a few microseconds each. */

/** Text with places for values. */
export interface Slotted {
  /** Literal, slot, literal, slot, …, literal: odd indexes name a slot, such as `name`. */
  parts: string[];
}

/** The letter of one campaign version to one target in one language. Can be stored as JSON. */
export interface CompiledLetter {
  language: string;
  direction: 'ltr' | 'rtl';
  /** What stands in the headers beside the signer: fixed with the text, so that every copy is the same. */
  organisation: string;
  sender: string;
  addressee: string;
  subject: string;
  html: Slotted;
  text: Slotted;
  htmlWithMessage: Slotted;
  textWithMessage: Slotted;
}

interface LetterValues {
  name: string;
  /** The signer's own words; left out, or blank, the letter has no place for them. */
  message: string | undefined;
}

interface MergedLetter {
  subject: string;
  html: string;
  text: string;
  /** What html and text begin with whoever signs. */
  opens: { html: string; text: string };
}

/** The letter in the signer's name. Values are taken as they are: nothing in them is markup or a variable. */
export function mergeLetter(letter: CompiledLetter, values: LetterValues): MergedLetter {
  const name = values.name.replace(lineBreaks, ' ').trim();
  const message = values.message?.replace(lineBreaks, '\n').trim() ?? '';
  const [html, text] = message === '' ? [letter.html, letter.text] : [letter.htmlWithMessage, letter.textWithMessage];
  return {
    subject: letter.subject,
    html: fill(html, { name: escape(name), message: escape(message).replaceAll('\n', '<br>') }),
    text: fill(text, { name, message }),
    opens: { html: html.parts[0] ?? '', text: text.parts[0] ?? '' },
  };
}

/** What people's keyboards and forms make of a line break. */
const lineBreaks = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;

/** Puts the values in their places, as they are: for HTML they are escaped before. */
export function fill({ parts }: Slotted, values: Readonly<Record<string, string>>): string {
  let filled = '';
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? '';
    filled += index % 2 === 0 ? part : (values[part] ?? '');
  }
  return filled;
}

const special = /[&<>"']/;
const specials = /[&<>"']/g;
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return special.test(text) ? text.replace(specials, (character) => escapes[character] ?? '') : text;
}
