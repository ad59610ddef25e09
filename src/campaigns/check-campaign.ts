/** What `campaign.yaml` must keep beyond its shape: every language complete, the consents we rely on, one meaning per id. */
import { isDeepStrictEqual } from 'node:util';
import { languageTag, type Target } from './campaign.ts';
import { shown, valueAt } from './check-shape.ts';
import type { Complain } from './file-problem.ts';
import { checkColors } from './theme.ts';
import { checkVariables, type TextKind } from './variables.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Consents without which a letter cannot leave, or its name not be printed. */
const neededConsents = { send: 'the letter leaves in the name of the signer', 'hand-over': 'names may be printed' };

/** The languages the file names, as far as they can be read, so that other checks can go on when something else is wrong. */
export function languagesOf(yaml: YamlSource): string[] {
  return listAt(yaml, ['languages']).filter(
    (tag, index, all): tag is string => languageTag.safeParse(tag).success && all.indexOf(tag) === index,
  );
}

/** The languages it is being translated into, as far as they can be read. */
export function preparedLanguagesOf(yaml: YamlSource): string[] {
  return listAt(yaml, ['preparing']).filter((tag): tag is string => languageTag.safeParse(tag).success);
}

/** Complains of everything in `campaign.yaml` that its shape alone does not show. */
export function checkCampaign(yaml: YamlSource, complain: Complain): void {
  checkLanguages(yaml, complain);
  checkConsents(yaml, complain);
  for (const list of ['targets', 'consents']) {
    checkTwice(yaml, listAt(yaml, [list]), (index) => [list, index, 'id'], complain);
  }
  checkTexts(yaml, () => 'none', complain);
  checkColors(yaml, complain);
}

/** Complains of variables that the texts of a YAML source do not know; `kindOf` tells what a path holds. */
export function checkTexts(yaml: YamlSource, kindOf: (path: Path) => TextKind, complain: Complain): void {
  const walk = (value: unknown, path: Path): void => {
    if (typeof value === 'string') {
      checkVariables(value, kindOf(path), complain, () => yaml.locate(path));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value))
        walk(child, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  walk(yaml.value, []);
}

function checkLanguages(yaml: YamlSource, complain: Complain): void {
  const languages = languagesOf(yaml);
  const preparing = preparedLanguagesOf(yaml);
  checkTwice(yaml, listAt(yaml, ['languages']), (index) => ['languages', index], complain);
  for (const [index, tag] of preparing.entries()) {
    if (!languages.includes(tag)) continue;
    complain(yaml.locate(['preparing', index]), `preparing: ${tag} is a language already`, 'take it out here');
  }
  if (languages.length === 0) return;

  const records: Path[] = [
    ['organisation', 'name'],
    ['organisation', 'privacyPolicy'],
    ...listAt(yaml, ['targets']).flatMap((_one, index): Path[] => [
      ['targets', index, 'name'],
      ['targets', index, 'salutation'],
    ]),
    ['theme', 'heading', 'alt'],
    ...listAt(yaml, ['consents']).map((_one, index): Path => ['consents', index, 'text']),
  ];
  for (const path of records) {
    const record = valueAt(yaml.value, path);
    if (typeof record !== 'object' || record === null) continue; // the shape has complained
    for (const language of languages.filter((tag) => !Object.hasOwn(record, tag))) {
      complain(yaml.locate(path, 'key'), `${shown(path)}: no text for ${language}`, `add ${language}: below it`, {
        name: 'language-missing',
        values: { place: shown(path), language },
      });
    }
    for (const tag of Object.keys(record).filter(
      (key) => languageTag.safeParse(key).success && !languages.includes(key) && !preparing.includes(key),
    )) {
      const remedy = `add ${tag} to languages, or take this line out`;
      complain(
        yaml.locate([...path, tag], 'key'),
        `${shown(path)}: ${tag} is not a language of this campaign`,
        remedy,
        {
          name: 'language-unknown',
          values: { place: shown(path), language: tag },
        },
      );
    }
  }
}

function checkConsents(yaml: YamlSource, complain: Complain): void {
  const consents = listAt(yaml, ['consents']);
  for (const [id, reason] of Object.entries(neededConsents)) {
    const index = consents.findIndex((consent) => valueAt(consent, ['id']) === id);
    if (index < 0) {
      const remedy = `add a consent with id: ${id} and required: true, because ${reason} only with it`;
      complain(yaml.locate(['consents'], 'key'), `consents: ${id} is missing`, remedy);
    } else if (valueAt(consents[index], ['required']) === false) {
      const path = ['consents', index, 'required'];
      complain(
        yaml.locate(path),
        `${shown(path)}: ${id} must be required`,
        `write required: true: ${reason} only with it`,
      );
    }
  }
}

function checkTwice(yaml: YamlSource, list: unknown[], pathOf: (index: number) => Path, complain: Complain): void {
  const seen = new Set<unknown>();
  for (const index of list.keys()) {
    const path = pathOf(index);
    const value = valueAt(yaml.value, path);
    if (value !== undefined && seen.has(value)) {
      complain(yaml.locate(path), `${shown(path)}: this stands here twice`, 'keep one, or give the other its own');
    }
    seen.add(value);
  }
}

/**
 * True when two campaigns mean the same by a target: its mailboxes, pace and time zone, and its names in every
 * language that both campaigns have.
 */
export function sameTarget(one: Target, other: Target): boolean {
  const agree = (a: Record<string, string>, b: Record<string, string>): boolean =>
    Object.keys(a).every((language) => b[language] === undefined || a[language] === b[language]);
  return (
    agree(one.name, other.name) &&
    agree(one.salutation, other.salutation) &&
    isDeepStrictEqual([one.mailboxes, one.pace, one.timeZone], [other.mailboxes, other.pace, other.timeZone])
  );
}

function listAt(yaml: YamlSource, path: Path): unknown[] {
  const value = valueAt(yaml.value, path);
  return Array.isArray(value) ? value : [];
}
