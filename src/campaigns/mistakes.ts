/** The mistakes that campaigners make most, by name: pages say them in the reader's language, a terminal in English. */

/** Each mistake with what its sentence tells. Values are names and tags, never what a file says. */
export const mistakeValues = {
  'unknown-variable': ['name', 'known'],
  'no-variables': ['name'],
  'open-braces': [],
  'no-text': [],
  'no-short': [],
  'no-long': [],
  divider: [],
  picture: [],
  comment: [],
  'variable-in-link': [],
  'bad-link': [],
  'only-paragraphs': [],
  empty: ['place'],
  'too-long': ['place', 'most'],
  missing: ['place'],
  'unknown-key': ['place'],
  'language-missing': ['place', 'language'],
  'language-unknown': ['place', 'language'],
  'not-yaml': [],
} as const satisfies Record<string, readonly string[]>;

export type MistakeName = keyof typeof mistakeValues;

/** A mistake by name, with what its sentence tells. */
export type Mistake = {
  [Name in MistakeName]: (typeof mistakeValues)[Name] extends readonly []
    ? { name: Name; values?: undefined }
    : { name: Name; values: Readonly<Record<(typeof mistakeValues)[Name][number], string>> };
}[MistakeName];
