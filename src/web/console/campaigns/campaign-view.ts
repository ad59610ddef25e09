/** What the pages of one campaign have in common: finding it, who saved it, its state in words. */
import type { Campaign } from '../../../campaigns/campaign.ts';
import { CampaignFilesError, type FileProblem } from '../../../campaigns/file-problem.ts';
import {
  filesOfVersion,
  type Files,
  VersionConflict,
  type VersionFacts,
  versionsOf,
} from '../../../campaigns/versions/versions.ts';
import { wordsFor } from '../../../campaigns/words.ts';
import { AppError } from '../../../errors.ts';
import { localDate, periodState } from '../../../intake/signature.ts';
import { namesOfStaff } from '../../../staff/read-events.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { campaignWords, type CampaignWords } from './campaign-words.ts';

/** The campaign of the route. Throws `not-found`. */
export function campaignOf({ book }: Pick<ConsoleNeeds, 'book'>, { request }: StaffVisit): Campaign {
  const campaign = book.find(String(request.params['id']));
  if (!campaign) throw new AppError('not-found', 'There is no such campaign.');
  return campaign;
}

export type CampaignState = keyof CampaignWords['states'];

export function stateOf(campaign: Campaign, now: number): CampaignState {
  return campaign.draft ? 'draft' : periodState(campaign, now);
}

export function todayFor(campaign: Campaign, now: number): string {
  return localDate(now, campaign.period.timeZone);
}

/** The title of a campaign in the language of the visit, or in its own first one. */
export function titleOf(campaign: Campaign, language: string): { text: string; language: string } {
  const own = campaign.languages.find((tag) => tag === language) ?? campaign.languages[0] ?? language;
  return { text: campaign.page[own]?.title ?? campaign.slug, language: own };
}

export function languageName({ words }: Pick<ConsoleNeeds, 'words'>, tag: string): string {
  return wordsFor(words, tag)?.language ?? tag;
}

/** `letter.ja.md` as staff call it: “Letter (日本語)”. A file that is none of ours keeps its name. */
export function fileInWords(needs: Pick<ConsoleNeeds, 'words'>, visit: StaffVisit, file: string): string {
  const words = visit.words(campaignWords);
  if (file === 'campaign.yaml') return words.names.settings;
  const [, kind, tag = ''] = /^(letter|page|petition)\.([\w-]+)\.md$/.exec(file) ?? [];
  if (kind !== 'letter' && kind !== 'page' && kind !== 'petition') return file;
  return fill(words['of-language'], { text: words.names[kind], language: languageName(needs, tag) });
}

/** Who saved each of these versions, in words. */
export async function saversOf(
  { database }: Pick<ConsoleNeeds, 'database'>,
  visit: StaffVisit,
  versions: readonly VersionFacts[],
): Promise<Map<number, string>> {
  const words = visit.words(campaignWords);
  const names = await namesOfStaff(
    database,
    versions.map(({ savedBy }) => savedBy).filter((by) => by !== ''),
  );
  return new Map(
    versions.map(({ seq, savedBy, origin }) => [
      seq,
      origin === 'kept'
        ? words.history.kept
        : savedBy === ''
          ? words['by-hand']
          : (names.get(savedBy) ?? words['unknown-person']),
    ]),
  );
}

/** A mistake as the reader's language says it; in English where no words are kept for it. */
export function mistakeInWords(words: CampaignWords, { problem, remedy, mistake }: FileProblem): SaidMistake {
  if (mistake !== undefined) return { text: fill(words.mistakes.said[mistake.name], mistake.values ?? {}) };
  return { text: remedy === '' ? problem : `${problem} – ${remedy}`, language: 'en' };
}

export interface SaidMistake {
  text: string;
  /** When it is not that of the page. */
  language?: 'en';
}

/** What an edit that could not be saved is shown with. */
export interface Unsaved {
  /** Mistakes of the files, each with its file and line. */
  mistakes: readonly FileProblem[];
  /** Somebody saved meanwhile: who, when, and which version. */
  conflict: { text: string; href: string; version: string } | undefined;
}

export const nothingWrong: Unsaved = { mistakes: [], conflict: undefined };

/** Runs an edit. Gives what the form is to be shown with again, or nothing when it was saved. */
export async function orUnsaved(
  needs: Pick<ConsoleNeeds, 'database'>,
  visit: StaffVisit,
  edit: () => Promise<unknown>,
): Promise<Unsaved | undefined> {
  try {
    await edit();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CampaignFilesError) return { mistakes: thrown.problems, conflict: undefined };
    if (!(thrown instanceof VersionConflict) || thrown.newest === undefined) throw thrown;
    const { newest } = thrown;
    const who = (await saversOf(needs, visit, [newest])).get(newest.seq) ?? '';
    const when = visit.moment(newest.savedAt).text;
    const href = `/console/campaigns/${newest.slug}/versions/${newest.seq}`;
    const text = fill(visit.words(campaignWords).conflict, { who, when });
    return { mistakes: [], conflict: { text, href, version: newest.version } };
  }
}

/**
 * The version an edit of some files may be saved on: the newest, unless somebody changed one of these files since the
 * form was opened; then the one it was opened with, so that saving tells of the conflict.
 */
export async function basisOf(
  { database }: Pick<ConsoleNeeds, 'database'>,
  {
    slug,
    newest,
    opened,
    names,
  }: { slug: string; newest: { version: string; files: Files }; opened: string; names: readonly string[] },
): Promise<string> {
  if (newest.version === opened) return opened;
  const known = (await versionsOf(database.read, slug)).find(({ version }) => version === opened);
  const before = known && (await filesOfVersion(database.read, slug, known.seq));
  const isSame = before !== undefined && names.every((name) => before.get(name) === newest.files.get(name));
  return isSame ? newest.version : opened;
}
