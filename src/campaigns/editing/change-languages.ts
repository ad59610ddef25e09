/** Translating a campaign: a language is prepared in peace, and becomes one of the campaign's once everything is there. */
import { isSeq, type Document } from 'yaml';
import type { Files } from '../versions/versions.ts';
import { changeSettings, put, settingsOf } from './change-yaml.ts';

/** The texts of `campaign.yaml` that each language has its own of. */
export interface SharedTexts {
  organisation: string;
  privacyPolicy: string;
  /** By id of the target. */
  targets: Readonly<Record<string, { name: string; salutation: string }>>;
  /** By id of the consent. */
  consents: Readonly<Record<string, string>>;
}

interface Settings {
  languages: string[];
  preparing?: string[];
  targets: { id: string }[];
  consents: { id: string; version: string; text: Record<string, string> }[];
}

/** Begins a translation. */
export function prepareLanguage(files: Files, language: string): Map<string, string> {
  const { preparing = [] } = settingsOf(files) as Settings;
  if (preparing.includes(language)) return new Map(files);
  return changeSettings(files, (settings) => put(settings, ['preparing'], [...preparing, language]));
}

/** Shows a translation to everybody. The check of the campaign tells what is still missing in it. */
export function publishLanguage(files: Files, language: string): Map<string, string> {
  const { languages, preparing = [] } = settingsOf(files) as Settings;
  const rest = preparing.filter((tag) => tag !== language);
  return changeSettings(files, (settings) => {
    put(settings, ['preparing'], rest.length === 0 ? undefined : rest);
    append(settings, ['languages'], language, languages);
  });
}

/**
 * Sets the texts of one language in `campaign.yaml`; an empty one is taken out. Where the text of a consent changes,
 * so does its version: signatures keep the version their signer agreed to. `today` names the new one.
 */
export function changeSharedTexts(
  files: Files,
  language: string,
  texts: SharedTexts,
  today: string,
): Map<string, string> {
  const { targets, consents } = settingsOf(files) as Settings;
  const orNothing = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined);
  return changeSettings(files, (settings) => {
    put(settings, ['organisation', 'name', language], orNothing(texts.organisation));
    put(settings, ['organisation', 'privacyPolicy', language], orNothing(texts.privacyPolicy));
    for (const [index, { id }] of targets.entries()) {
      put(settings, ['targets', index, 'name', language], orNothing(texts.targets[id]?.name));
      put(settings, ['targets', index, 'salutation', language], orNothing(texts.targets[id]?.salutation));
    }
    for (const [index, { id, text, version }] of consents.entries()) {
      const [before, after] = [text[language]?.trim(), orNothing(texts.consents[id])];
      if (before === after) continue;
      put(settings, ['consents', index, 'text', language], after);
      // A text that was not there until now changes nothing for those who agreed to another.
      if (before !== undefined) put(settings, ['consents', index, 'version'], nextVersion(version, today));
    }
  });
}

/** `2026-05-29`, and on the same day again `2026-05-29.2`. */
function nextVersion(before: string, today: string): string {
  if (before !== today && !before.startsWith(`${today}.`)) return today;
  return `${today}.${Number(before.slice(today.length + 1) || '1') + 1}`;
}

function append(settings: Document, path: readonly string[], value: string, before: readonly string[]): void {
  const list: unknown = settings.getIn(path);
  if (isSeq(list)) list.add(settings.createNode(value));
  else put(settings, path, [...before, value]);
}
