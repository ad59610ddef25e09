/** How complete a campaign is in each language: which of its texts are there, still to be written, or older than others. */
import { valueAt } from '../check-shape.ts';
import type { Files, VersionFacts } from '../versions/versions.ts';
import { settingsOf } from './change-yaml.ts';
import { isUnwritten } from './starters.ts';
import { fileOf, type TextKind, textKinds } from './text-fields.ts';

/** `unwritten`: passages in double brackets are left. `older`: another language was changed since. */
export type TextState = 'there' | 'missing' | 'unwritten' | 'older';

/** The texts of a language: three files, and what `campaign.yaml` holds for it (`shared`). */
export type TextName = TextKind | 'shared';
export const textNames: readonly TextName[] = ['letter', 'page', 'petition', 'shared'];

export interface Translation {
  language: string;
  /** False while it is being prepared. */
  isShown: boolean;
  texts: Record<TextName, TextState>;
  isComplete: boolean;
}

/** In which version (`seq`) each file last changed its meaning, out of the history, the newest version first. */
export function lastChanges(history: readonly VersionFacts[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { seq, changed } of history) for (const name of changed) if (!found.has(name)) found.set(name, seq);
  return found;
}

/** Looks at every language of a campaign, those that are being prepared too. */
export function translations(files: Files, changes: ReadonlyMap<string, number> = new Map()): Translation[] {
  const settings = settingsOf(files);
  // A draft is written in some order, and none of its languages is behind another.
  const behind = valueAt(settings, ['draft']) === true ? new Map<string, number>() : changes;
  const [shown, prepared] = [tagsAt(settings, 'languages'), tagsAt(settings, 'preparing')];
  const all = [...shown, ...prepared];
  return all.map((language): Translation => {
    const texts = {
      ...Object.fromEntries(textKinds.map((kind) => [kind, textState(files, kind, language, all, behind)])),
      shared: sharedState(settings, language),
    } as Record<TextName, TextState>;
    const isComplete = textNames.every((name) => texts[name] === 'there' || texts[name] === 'older');
    return { language, isShown: shown.includes(language), texts, isComplete };
  });
}

function textState(
  files: Files,
  kind: TextKind,
  language: string,
  all: readonly string[],
  changes: ReadonlyMap<string, number>,
): TextState {
  const text = files.get(fileOf(kind, language));
  if (text === undefined) return 'missing';
  if (isUnwritten(text)) return 'unwritten';
  const own = changes.get(fileOf(kind, language)) ?? 0;
  return all.some((other) => (changes.get(fileOf(kind, other)) ?? 0) > own) ? 'older' : 'there';
}

function sharedState(settings: unknown, language: string): TextState {
  const records = [
    valueAt(settings, ['organisation', 'name']),
    valueAt(settings, ['organisation', 'privacyPolicy']),
    ...listAt(settings, 'targets').flatMap((target) => [valueAt(target, ['name']), valueAt(target, ['salutation'])]),
    ...listAt(settings, 'consents').map((consent) => valueAt(consent, ['text'])),
  ];
  const texts = records.map((record) => valueAt(record, [language]));
  if (texts.some((text) => typeof text !== 'string' || text.trim() === '')) return 'missing';
  return texts.some((text) => isUnwritten(String(text))) ? 'unwritten' : 'there';
}

function listAt(settings: unknown, key: string): unknown[] {
  const list = valueAt(settings, [key]);
  return Array.isArray(list) ? list : [];
}

function tagsAt(settings: unknown, key: string): string[] {
  return listAt(settings, key).filter((tag) => typeof tag === 'string');
}
