/** Which way a language is written. */

const rightToLeftScripts = new Set(['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Syrc', 'Thaa']);

/** The script of a language tag, as four letters of ISO 15924: `Jpan` for `ja`, `Arab` for `ug`. */
export function scriptOf(language: string): string {
  return new Intl.Locale(language).maximize().script ?? 'Zyyy';
}

/** The value of `dir` for text in this language. */
export function textDirection(language: string): 'ltr' | 'rtl' {
  return rightToLeftScripts.has(scriptOf(language)) ? 'rtl' : 'ltr';
}
