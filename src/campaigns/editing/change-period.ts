/** Opening, closing and extending a campaign: changes of its period, and of the words its pages say it with. */
import { AppError } from '../../errors.ts';
import type { Files } from '../versions/versions.ts';
import { changeSettings, changeText, put, settingsOf } from './change-yaml.ts';
import { fileOf } from './text-fields.ts';

interface Period {
  from: string;
  to: string;
}

function periodOf(files: Files): Period {
  const settings = settingsOf(files) as { period: Period };
  return settings.period;
}

/** Opens a campaign now: it is no draft any more, and its first day is today unless it has begun. */
export function openNow(files: Files, today: string): Map<string, string> {
  const { from, to } = periodOf(files);
  if (to < today) throw new AppError('conflict', 'The last day of this campaign has passed: extend it first.');
  return changeSettings(files, (settings) => {
    put(settings, ['draft'], undefined);
    put(settings, ['period', 'closed'], undefined);
    if (from > today) put(settings, ['period', 'from'], today);
  });
}

/** Ends drafting: the campaign opens by itself on its first day. */
export function openOnItsDay(files: Files): Map<string, string> {
  return changeSettings(files, (settings) => put(settings, ['draft'], undefined));
}

/** Closes a campaign now: today is its last day, and it takes no more signatures. */
export function closeNow(files: Files, today: string): Map<string, string> {
  const { from, to } = periodOf(files);
  return changeSettings(files, (settings) => {
    put(settings, ['period', 'closed'], true);
    if (today < to) put(settings, ['period', 'to'], today < from ? from : today);
  });
}

export interface Extension {
  /** First and last day, inclusive. */
  from: string;
  to: string;
  planned: boolean;
  /** The period as the pages say it, by language. */
  words: Readonly<Record<string, string>>;
}

/** Gives a campaign other days. One that was closed opens again when its new last day is not over. */
export function changePeriod(files: Files, { from, to, planned, words }: Extension): Map<string, string> {
  const changed = changeSettings(files, (settings) => {
    put(settings, ['period', 'from'], from);
    put(settings, ['period', 'to'], to);
    put(settings, ['period', 'planned'], planned ? true : undefined);
    put(settings, ['period', 'closed'], undefined);
  });
  for (const [language, text] of Object.entries(words)) {
    const name = fileOf('page', language);
    const page = changed.get(name);
    if (page !== undefined && text.trim() !== '')
      changed.set(
        name,
        changeText(page, (head) => put(head, ['period'], text.trim())),
      );
  }
  return changed;
}

/** The files of a campaign like another: the same texts and targets, as a draft with days of its own. */
export function duplicateFiles(files: Files, extension: Extension): Map<string, string> {
  return changeSettings(changePeriod(files, extension), (settings) => put(settings, ['draft'], true));
}
