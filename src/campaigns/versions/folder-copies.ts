/** The folders of campaigns as this process sees them: read again only when a file changed, and only once it is at rest. */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Instant, stopwatch } from '../../clock.ts';
import { campaignFolders, ownNames, readCampaignFiles, versionOf } from '../campaign-files.ts';
import type { FileProblem } from '../file-problem.ts';
import type { SeenFolder } from './reconcile.ts';
import type { Files } from './versions.ts';
import { systemCode, writeFolder, writingMark } from './write-folder.ts';

export interface FolderCopy extends SeenFolder {
  path: string;
  files: Files;
  /** What is wrong with the files themselves: names, sizes, encoding. */
  problems: readonly FileProblem[];
}

export interface FolderCopies {
  /**
   * Every folder with a `campaign.yaml`, by slug. What changed a moment ago is shown as it was before, unless this is
   * the first look: a person may still be copying. No folders when the folder of all campaigns cannot be read.
   */
  look(now: Instant): Promise<{ folders: Map<string, FolderCopy> | undefined; problems: readonly FileProblem[] }>;
  /** Makes a campaign's folder hold this version; gives false when it was not possible now, or never will be here. */
  write(slug: string, files: Files, isNewest: () => Promise<boolean>): Promise<boolean>;
}

/** Seconds after which a mark that somebody is writing is taken for one that a crash left behind. */
const longestWriting = 10;

/** A folder that cannot be written is no fault: in a container it is mounted read-only, and the rows carry everything. */
const readOnly = new Set(['EROFS', 'EACCES', 'EPERM']);

export function createFolderCopies(root: string): FolderCopies {
  let known = new Map<string, { mark: string; copy: FolderCopy }>();
  const moving = new Map<string, string>();
  const writing = new Map<string, () => number>();
  let isFirst = true;

  async function see(path: string, now: Instant): Promise<void> {
    const slug = basename(path);
    const facts = await markOf(path);
    const old = known.get(slug);
    if (facts.isBeingWritten && !writing.has(slug)) writing.set(slug, stopwatch());
    if (!facts.isBeingWritten) writing.delete(slug);
    if (old?.mark === facts.mark) return void (old.copy = { ...old.copy, isBeingWritten: facts.isBeingWritten });
    // Two looks in a row see the same: nobody is saving right now.
    const isAtRest = isFirst || moving.get(slug) === facts.mark;
    moving.set(slug, facts.mark);
    if (!isAtRest) return;
    moving.delete(slug);
    const problems: FileProblem[] = [];
    const files = await readCampaignFiles(path, root, problems);
    const seen = {
      path,
      files,
      problems,
      version: versionOf(files),
      changedAt: Math.min(facts.changedAt, now),
      isBeingWritten: facts.isBeingWritten,
    };
    known.set(slug, { mark: facts.mark, copy: seen });
  }

  return {
    async look(now) {
      const problems: FileProblem[] = [];
      const paths = await campaignFolders(root, problems);
      if (problems.length > 0 && paths.length === 0) return { folders: undefined, problems };
      for (const path of paths) await see(path, now);
      const there = new Set(paths.map((path) => basename(path)));
      known = new Map([...known].filter(([slug]) => there.has(slug)));
      isFirst = false;
      return { folders: new Map([...known].map(([slug, { copy }]) => [slug, copy])), problems };
    },
    async write(slug, files, isNewest) {
      const path = join(root, slug);
      const since = writing.get(slug);
      if (since !== undefined && since() > longestWriting) await rm(join(path, writingMark), { force: true });
      try {
        if (!(await writeFolder(path, files, isNewest))) return false;
        const { mark, changedAt } = await markOf(path);
        const copy = { path, files, problems: [], version: versionOf(files), changedAt, isBeingWritten: false };
        known.set(slug, { mark, copy });
        return true;
      } catch (thrown) {
        if (readOnly.has(systemCode(thrown) ?? '')) return false;
        throw thrown;
      }
    },
  };
}

/** Changes with every change of a file of the campaign, whatever tool made it. */
async function markOf(path: string): Promise<{ mark: string; changedAt: Instant; isBeingWritten: boolean }> {
  const names = await readdir(path).catch((): string[] => []);
  const parts: string[] = [];
  let changedAt = 0;
  for (const name of ownNames(names)) {
    const facts = await stat(join(path, name)).catch(() => undefined);
    if (facts === undefined) continue;
    parts.push([name, facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs].join(':'));
    changedAt = Math.max(changedAt, Math.floor(facts.mtimeMs));
  }
  return { mark: parts.join('\n'), changedAt, isBeingWritten: names.includes(writingMark) };
}
