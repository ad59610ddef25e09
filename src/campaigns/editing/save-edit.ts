/** An edit on the console, from what a person typed to a version that is in use. */
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Database } from '../../storage/database.ts';
import { slug as slugShape } from '../campaign.ts';
import { CampaignFilesError } from '../file-problem.ts';
import type { LiveBook } from '../versions/live-book.ts';
import {
  type Files,
  filesOfVersion,
  newestVersions,
  type NextVersion,
  saveVersion,
  type VersionFacts,
} from '../versions/versions.ts';

export interface EditNeeds {
  database: Database;
  clock: Clock;
  book: Pick<LiveBook, 'assess' | 'refresh'>;
}

export interface Edit {
  slug: string;
  files: Files;
  /** The version it began with. */
  basedOn: string | undefined;
  by: string;
  note?: string;
  /** What it means for translations. */
  meaning?: NextVersion['meaning'];
}

/**
 * Checks and saves an edit, and has this process use it at once; the others follow within seconds.
 * @throws {CampaignFilesError} naming every mistake; nothing is saved then.
 * @throws {VersionConflict} when somebody else saved meanwhile.
 */
export async function saveEdit(needs: EditNeeds, { by, note = '', ...edit }: Edit): Promise<VersionFacts> {
  const problems = await needs.book.assess(new Map([[edit.slug, edit.files]]));
  if (problems.length > 0) throw new CampaignFilesError(problems);
  const next = { ...edit, note, savedBy: by, savedAt: needs.clock.now(), origin: 'console' } as const;
  const saved = await needs.database.write((transaction) => saveVersion(transaction, next));
  await needs.book.refresh();
  return saved;
}

/**
 * Saves a campaign that was not there before.
 * @throws {AppError} `invalid` for a slug that cannot stand in an address, `conflict` for one that is taken.
 */
export async function saveNewCampaign(needs: EditNeeds, edit: Omit<Edit, 'basedOn'>): Promise<VersionFacts> {
  await assertFree(needs.database, edit.slug);
  return saveEdit(needs, { ...edit, basedOn: undefined });
}

/** Throws unless a campaign may be called so. */
export async function assertFree(database: Database, slug: string): Promise<void> {
  const shape = slugShape.safeParse(slug);
  const problem = shape.success ? undefined : (shape.error.issues[0]?.message ?? 'use another');
  if (problem !== undefined) throw new AppError('invalid', `This cannot stand in an address: ${problem}.`);
  // The address of the page on which a campaign is made.
  if (slug === 'new' || (await newestVersions(database.read)).has(slug))
    throw new AppError('conflict', 'There is a campaign of this name: choose another.');
}

/** The newest version of a campaign as an editor begins with it. @throws {AppError} `not-found`. */
export async function openForEdit(database: Database, slug: string): Promise<{ files: Files; version: string }> {
  const newest = (await newestVersions(database.read)).get(slug);
  const files = newest && (await filesOfVersion(database.read, slug, newest.seq));
  if (newest === undefined || files === undefined) throw new AppError('not-found', 'There is no such campaign.');
  return { files, version: newest.version };
}

/** Makes an old version the newest again. */
export async function restoreVersion(
  needs: EditNeeds,
  { slug, seq, ...edit }: Omit<Edit, 'files'> & { seq: number },
): Promise<VersionFacts> {
  const files = await filesOfVersion(needs.database.read, slug, seq);
  if (files === undefined) throw new AppError('not-found', 'There is no such version.');
  return saveEdit(needs, { ...edit, slug, files });
}
