/** One look at all campaigns: which version of each is to be used, which are not fit, and which folders are behind. */
import { join } from 'node:path';
import type { Database } from '../../storage/database.ts';
import { type FileProblem, shownPath } from '../file-problem.ts';
import { checkTargets, readCampaign, type ReadCampaign } from '../read-campaign.ts';
import type { FolderCopy } from './folder-copies.ts';
import { reconcile, type Step } from './reconcile.ts';
import { filesOfVersion, type Head, isKnownVersion } from './versions.ts';

/** One campaign between its folder and its rows. */
export interface Between {
  slug: string;
  step: Step;
  folder: FolderCopy | undefined;
  newest: Head | undefined;
}

export interface Looking {
  root: string;
  database: Database;
  /** Undefined when the folder of all campaigns cannot be read: then the rows alone count. */
  folders: ReadonlyMap<string, FolderCopy> | undefined;
  newest: ReadonlyMap<string, Head>;
  /** Number of the newest version this process saw in each folder. */
  seen: ReadonlyMap<string, number>;
}

/** Where every campaign stands between its folder and its rows. */
export async function standings(looking: Looking): Promise<Between[]> {
  const { database, folders, newest, seen } = looking;
  const slugs = new Set([...(folders?.keys() ?? []), ...newest.keys()]);
  const found: Between[] = [];
  for (const slug of [...slugs].toSorted()) {
    const head = newest.get(slug);
    const there = folders?.get(slug);
    // A folder that lost its campaign.yaml is none.
    const folder = head !== undefined && there?.files.has('campaign.yaml') === false ? undefined : there;
    const differs = head !== undefined && folder !== undefined && folder.version !== head.version;
    const isKnown = differs && (await isKnownVersion(database.read, slug, folder.version));
    const sawNewest = head !== undefined && seen.get(slug) === head.seq;
    const step = folders === undefined ? 'same' : reconcile({ folder, newest: head, isKnown, sawNewest });
    found.push({ slug, step, folder, newest: head });
  }
  return found;
}

/** A campaign that has nothing wrong with it, with the row it came from. */
export interface Usable extends ReadCampaign {
  /** Undefined while it is only in a folder. */
  seq: number | undefined;
}

/** Versions that are tried when nothing is in use yet and the newest is not fit under this program. */
const versionsBack = 5;

type From = Pick<Looking, 'root' | 'database'>;

/** The newest version of the rows that can be read: usually the newest of all. */
export async function newestFit({ root, database }: From, { slug, seq: top }: Head): Promise<Usable | undefined> {
  for (let seq = top; seq > Math.max(0, top - versionsBack); seq -= 1) {
    const files = await filesOfVersion(database.read, slug, seq);
    const read = files && readCampaign(join(root, slug), files, []);
    if (read !== undefined) return { ...read, seq };
  }
  return undefined;
}

/** Reads what a campaign is to become: nothing when that is what it is already. */
export async function readNext(
  { root, database }: From,
  { slug, step, folder, newest }: Between,
  now: Usable | undefined,
): Promise<{ usable: Usable | undefined; problems: readonly FileProblem[] }> {
  if (step === 'record' && folder !== undefined) {
    const problems: FileProblem[] = [...folder.problems];
    const read = readCampaign(folder.path, folder.files, problems);
    return { usable: read && problems.length === 0 ? { ...read, seq: undefined } : undefined, problems };
  }
  // What cannot be read cannot be put into the history either: the folder stays as it is, and says why.
  const problems: FileProblem[] = step === 'shelve' ? [...(folder?.problems ?? [])] : [];
  if (newest === undefined || now?.campaign.version === newest.version) return { usable: undefined, problems };
  const files = (await filesOfVersion(database.read, slug, newest.seq)) ?? new Map<string, string>();
  const read = readCampaign(join(root, slug), files, problems);
  return { usable: read && { ...read, seq: newest.seq }, problems };
}

/**
 * Lets go of changes that make one target mean two things, until the rest agrees. `changed` is altered: what is let go
 * is removed. Gives the problems by slug.
 */
export function dropConflicts(
  now: ReadonlyMap<string, Usable>,
  changed: Map<string, Usable>,
): Map<string, FileProblem[]> {
  const dropped = new Map<string, FileProblem[]>();
  for (;;) {
    const problems: FileProblem[] = [];
    // What is in use goes first, so that a change is blamed and not what it meets.
    const old = [...now].filter(([slug]) => !changed.has(slug)).map(([, usable]) => usable);
    checkTargets([...old, ...changed.values()], problems);
    const blamed = [...changed].filter(([, { path }]) => problems.some(({ file }) => file === shownPath(path)));
    if (blamed.length === 0) return dropped;
    for (const [slug, { path }] of blamed) {
      dropped.set(
        slug,
        problems.filter(({ file }) => file === shownPath(path)),
      );
      changed.delete(slug);
    }
  }
}
