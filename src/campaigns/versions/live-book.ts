/** The campaigns as they are now: the newest versions that have nothing wrong with them, looked at every few seconds. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../clock.ts';
import { asError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Database } from '../../storage/database.ts';
import { type CampaignBook, createCampaignBook } from '../campaign-book.ts';
import { CampaignFilesError, type FileProblem } from '../file-problem.ts';
import { readCampaign } from '../read-campaign.ts';
import { type FitnessNeeds, preparation, stranded, wordless } from './fitness.ts';
import { createFolderCopies } from './folder-copies.ts';
import { recordEdit, shelveEdit } from './keep-folder-edit.ts';
import { type Between, dropConflicts, newestFit, readNext, standings, type Usable } from './try-versions.ts';
import { type Files, filesOfVersion, newestVersions } from './versions.ts';

export interface LiveBook extends CampaignBook {
  /** What is wrong with the newest texts of a campaign, by slug. The version before them stays in use, if there is one. */
  readonly troubles: ReadonlyMap<string, readonly FileProblem[]>;
  /** Looks at the folders and the rows now. Rejects when the database does not answer; then nothing changes. */
  refresh(): Promise<void>;
  /** Everything wrong with these texts if they were the next version of a campaign, beside all other campaigns. */
  assess(texts: ReadonlyMap<string, Files>): Promise<FileProblem[]>;
}

export interface LiveBookNeeds extends FitnessNeeds {
  /** The folder with a folder per campaign. */
  root: string;
  database: Database;
  clock: Clock;
  log: Log;
}

/**
 * Opens the book: a first look, and then one at each `refresh`.
 * @throws {CampaignFilesError} when files have mistakes and no campaign was ever in use here.
 */
export async function openLiveBook(needs: LiveBookNeeds): Promise<LiveBook> {
  const { database, log, root } = needs;
  const copies = createFolderCopies(root);
  const inUse = new Map<string, Usable>();
  /** The newest version that was seen in each folder: its number, since an old text may become the newest again. */
  const seen = new Map<string, number>();
  let troubles: ReadonlyMap<string, readonly FileProblem[]> = new Map();
  let book: CampaignBook = createCampaignBook([]);

  async function look(isOpening: boolean, tries = 3): Promise<void> {
    // First the folders, then the rows: whatever a process of ours wrote into a folder is a row by then.
    const { folders, problems } = await copies.look(needs.clock.now());
    const newest = await newestVersions(database.read);
    const all = await standings({ root, database, folders, newest, seen });
    const wrong = new Map<string, readonly FileProblem[]>(problems.length > 0 ? [['', problems]] : []);
    const changed = await changes(all, wrong);
    if (isOpening && newest.size === 0 && wrong.size > 0) throw new CampaignFilesError([...wrong.values()].flat());
    const wanted = changed.size;
    for (const one of all) await settle(one, changed);
    // Another process that starts at this moment was faster: a campaign must not be unknown until the next look.
    if (isOpening && changed.size < wanted && tries > 1) return look(true, tries - 1);
    tell(wrong);
    if (changed.size === 0) return;
    for (const [slug, usable] of changed) inUse.set(slug, usable);
    const slugs = [...inUse.keys()].toSorted();
    book = createCampaignBook(slugs.flatMap((slug) => inUse.get(slug)?.campaign ?? []));
  }

  /** What can be used from now on and was not before, each prepared; `wrong` gets what cannot, and why. */
  async function changes(
    all: readonly Between[],
    wrong: Map<string, readonly FileProblem[]>,
  ): Promise<Map<string, Usable>> {
    const now = new Map(inUse);
    const next = new Map<string, Usable>();
    for (const one of all) {
      const { slug, newest } = one;
      const before = now.get(slug) ?? (newest && (await newestFit({ root, database }, newest)));
      if (before !== undefined) now.set(slug, before);
      const { usable, problems } = await readNext({ root, database }, one, before);
      if (problems.length > 0) wrong.set(slug, problems);
      if (usable !== undefined) next.set(slug, usable);
    }
    for (const [slug, problems] of dropConflicts(now, next)) wrong.set(slug, problems);
    const fit = new Map<string, Usable>();
    const started = [...now].filter(([slug]) => !inUse.has(slug));
    for (const [slug, usable] of [...started, ...next]) {
      const problems = wordless(needs, usable);
      // A version of the rows was asked about letters that wait when it was saved.
      if (usable.seq === undefined) problems.push(...(await stranded(needs, usable, now.get(slug)?.campaign)));
      if (problems.length === 0) problems.push(...(await preparation(needs, usable)));
      if (problems.length > 0) wrong.set(slug, problems);
      else fit.set(slug, usable);
    }
    return fit;
  }

  /** Makes rows and folder of one campaign agree; `changed` loses what somebody else changed meanwhile. */
  async function settle({ slug, step, folder, newest }: Between, changed: Map<string, Usable>): Promise<void> {
    if (step === 'record' && folder !== undefined && changed.get(slug)?.campaign.version === folder.version) {
      const recorded = await recordEdit(database, slug, folder, newest);
      if (recorded) seen.set(slug, recorded.seq);
      else changed.delete(slug);
    }
    if (step === 'same' && folder !== undefined && newest !== undefined) seen.set(slug, newest.seq);
    if (newest === undefined || (step !== 'write' && step !== 'shelve')) return;
    const files = await filesOfVersion(database.read, slug, newest.seq);
    if (files === undefined) return;
    if (step === 'write') {
      await writeBack(slug, files, newest.seq);
    } else if (folder !== undefined && folder.problems.length === 0) {
      await shelveEdit(database, folder, { ...newest, files }, needs.clock.now());
    }
  }

  /** A full disk or a folder of somebody else's is no reason to stop: the rows carry the campaign. */
  async function writeBack(slug: string, files: Files, seq: number): Promise<void> {
    const isNewest = async (): Promise<boolean> => (await newestVersions(database.read)).get(slug)?.seq === seq;
    try {
      await copies.write(slug, files, isNewest);
    } catch (thrown) {
      log.warn({ campaign: slug, reason: asError(thrown).message }, 'a campaign could not be written to its folder');
    }
  }

  /** Says each trouble once, in the log: it may last until a person has time. */
  function tell(wrong: ReadonlyMap<string, readonly FileProblem[]>): void {
    for (const [slug, problems] of wrong) {
      if (isDeepStrictEqual(problems, troubles.get(slug))) continue;
      const places = problems.slice(0, 5).map(({ file, line, problem }) => `${file}:${line}  ${problem}`);
      log.error({ campaign: slug, problems: problems.length, places }, 'a change of a campaign is not used');
    }
    troubles = wrong;
  }

  let turn = Promise.resolve();
  const live: LiveBook = {
    get campaigns() {
      return book.campaigns;
    },
    get targets() {
      return book.targets;
    },
    get troubles() {
      return troubles;
    },
    find: (slug) => book.find(slug),
    target: (id) => book.target(id),
    addressing: (target, first) => book.addressing(target, first),
    refresh() {
      const looking = turn.then(() => look(false));
      turn = looking.catch(() => undefined);
      return looking;
    },
    async assess(texts) {
      const problems: FileProblem[] = [];
      const next = new Map<string, Usable>();
      for (const [slug, files] of texts) {
        const read = readCampaign(join(root, slug), files, problems);
        if (read !== undefined) next.set(slug, { ...read, seq: undefined });
      }
      if (problems.length > 0) return problems;
      for (const usable of next.values()) {
        const before = inUse.get(usable.campaign.slug)?.campaign;
        problems.push(...wordless(needs, usable), ...(await stranded(needs, usable, before)));
      }
      for (const conflicts of dropConflicts(inUse, new Map(next)).values()) problems.push(...conflicts);
      return problems;
    },
  };
  await look(true);
  return live;
}
