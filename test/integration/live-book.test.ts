/** A campaign book that lives: edits take effect without a restart, in every process, and a bad one takes nothing down. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCampaignFiles, versionOf } from '../../src/campaigns/campaign-files.ts';
import { type LiveBook, openLiveBook } from '../../src/campaigns/versions/live-book.ts';
import { campaignVersionTable } from '../../src/campaigns/versions/version-table.ts';
import {
  filesOfVersion,
  newestVersions,
  saveVersion,
  VersionConflict,
  versionsOf,
} from '../../src/campaigns/versions/versions.ts';
import { writingMark } from '../../src/campaigns/versions/write-folder.ts';
import { loadWords, wordsFolder } from '../../src/campaigns/words.ts';
import { readConfig } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { dropEngines, prepareEngines } from '../support/engines.ts';
import { movableClock } from '../support/movable-clock.ts';
import { campaign, testEnvironment } from '../support/start-app.ts';

const words = await loadWords(wordsFolder);
const clock = movableClock();
let scratch: string;
let database: Database;
let waiting: string[];
let unfit: string | undefined;

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'todoke-live-'));
  await prepareEngines(scratch);
  database = await openDatabase(readConfig(testEnvironment(scratch)).DATABASE_URL, tables);
  [waiting, unfit] = [[], undefined];
});
afterEach(async () => {
  await database.close();
  await dropEngines(scratch);
  rmSync(scratch, { recursive: true });
});

/** A machine with a folder of its own that holds the sample campaign, or the process on one that is there already. */
async function machine(
  name: string,
  holds: 'sample' | 'what is there' = 'sample',
): Promise<{ book: LiveBook; root: string; look(): Promise<void> }> {
  const root = join(scratch, name);
  mkdirSync(root, { recursive: true });
  if (holds === 'sample') cpSync('campaigns', root, { recursive: true });
  const book = await openLiveBook({
    root,
    database,
    clock,
    log: createLog('silent'),
    words,
    strandedBy: (next) => Promise.resolve(waiting.filter((id) => !next.targets.some((target) => target.id === id))),
    prepare: ({ version }) =>
      version === unfit ? Promise.reject(new AppError('invalid', 'no letter can be made of it')) : Promise.resolve(),
  });
  // What changed is taken once it is at rest: at the second look that sees it.
  return { book, root, look: async () => (await book.refresh(), book.refresh()) };
}

const folderOf = (root: string): string => join(root, campaign);
const title = (book: LiveBook): string | undefined => book.find(campaign)?.page['en']?.title;
const versionIn = async (root: string): Promise<string> => versionOf(await readCampaignFiles(folderOf(root), root, []));

function edit(root: string, name: string, change: (text: string) => string): void {
  const path = join(folderOf(root), name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
const retitle = (root: string, to: string): void =>
  edit(root, 'page.en.md', (text) => text.replace(/^title: .*$/m, `title: ${to}`));

/** Saves as the console does. */
async function save(to: string, basedOn?: string): Promise<void> {
  const head = (await newestVersions(database.read)).get(campaign);
  const files = new Map(await filesOfVersion(database.read, campaign, head?.seq ?? 0));
  files.set('page.en.md', (files.get('page.en.md') ?? '').replace(/^title: .*$/m, `title: ${to}`));
  await saveFiles(files, basedOn ?? head?.version);
}

async function bringBack(seq: number): Promise<void> {
  const head = (await newestVersions(database.read)).get(campaign);
  await saveFiles(await filesOfVersion(database.read, campaign, seq), head?.version);
}

async function saveFiles(files: ReadonlyMap<string, string> = new Map(), basedOn?: string): Promise<void> {
  const version = { slug: campaign, files, basedOn, savedAt: clock.now(), note: '' };
  await database.write((transaction) => saveVersion(transaction, { ...version, savedBy: 'sam', origin: 'console' }));
}

test('processes that start at once for the first time all know the campaign from the start', async () => {
  const started = await Promise.all(['one', 'two', 'three'].map((name) => machine(name)));
  expect(started.map(({ book }) => book.find(campaign)?.slug)).toEqual([campaign, campaign, campaign]);
  expect(await versionsOf(database.read, campaign)).toHaveLength(1);
});

describe('an edit in the folder', () => {
  test('is used without a restart, and becomes a version with nobody’s name', async () => {
    const { book, root, look } = await machine('one');
    const before = book.find(campaign);
    retitle(root, 'Edited by hand');
    await look();
    expect(title(book)).toBe('Edited by hand');
    expect(before?.page['en']?.title).not.toBe('Edited by hand');
    expect(await versionsOf(database.read, campaign)).toMatchObject([
      { seq: 2, origin: 'files', savedBy: '', changed: ['page.en.md'], version: book.find(campaign)?.version },
      { seq: 1, origin: 'files', version: before?.version },
    ]);
  });

  test('is not taken while somebody is still copying', async () => {
    const { book, root } = await machine('one');
    const before = title(book);
    retitle(root, 'First half');
    await book.refresh();
    retitle(root, 'Both halves');
    await book.refresh();
    expect(title(book)).toBe(before);
    await book.refresh();
    expect(title(book)).toBe('Both halves');
    expect(await database.read.count(campaignVersionTable)).toBe(2);
  });

  test('with a mistake is told with its place, and the version before stays in use, also after a restart', async () => {
    const { book, root, look } = await machine('one');
    const before = title(book);
    edit(root, 'letter.en.md', (text) => text.replace('{{name}}', '{{nmae}}'));
    await look();
    expect(title(book)).toBe(before);
    const [problem] = book.troubles.get(campaign) ?? [];
    expect(problem?.file).toContain('letter.en.md');
    expect(problem?.problem).toContain('{{nmae}}');
    const again = await machine('one', 'what is there');
    expect(title(again.book)).toBe(before);
    expect(again.book.troubles.get(campaign)).toHaveLength(1);
    expect(await database.read.count(campaignVersionTable)).toBe(1);

    edit(root, 'letter.en.md', (text) => text.replace('{{nmae}}', '{{name}}'));
    retitle(root, 'Mended');
    await look();
    expect(title(book)).toBe('Mended');
    expect(book.troubles.size).toBe(0);
  });

  test('that takes away a target letters wait for is not used', async () => {
    const { book, root, look } = await machine('one');
    const [target] = book.targets;
    waiting = [target?.id ?? ''];
    edit(root, 'campaign.yaml', (text) => text.replace('ambassador-of-china-to-japan', 'somebody-else'));
    await look();
    expect(book.targets.map(({ id }) => id)).toEqual(waiting);
    expect(book.troubles.get(campaign)?.[0]?.problem).toContain('letters wait for');
    waiting = [];
    await look();
    expect(book.targets.map(({ id }) => id)).toEqual(['somebody-else']);
  });

  test('that no letter can be made of is not used', async () => {
    const { book, root, look } = await machine('one');
    const before = title(book);
    retitle(root, 'Unfit');
    unfit = await versionIn(root);
    await look();
    expect(title(book)).toBe(before);
    expect(book.troubles.get(campaign)).toMatchObject([{ problem: 'no letter can be made of it' }]);
  });

  test('that makes one target mean two things is blamed, not what it meets', async () => {
    const { book, root, look } = await machine('one');
    cpSync(folderOf(root), join(root, 'a-second'), { recursive: true });
    await look();
    expect(book.campaigns.map(({ slug }) => slug)).toEqual(['a-second', campaign]);
    edit(root, 'campaign.yaml', (text) => text.replace('ambassador@', 'office@'));
    await look();
    expect(book.troubles.get(campaign)?.[0]?.problem).toContain('another campaign defines this target differently');
    expect(book.targets[0]?.mailboxes).toEqual(['ambassador@embassy.example']);
    const second = join(root, 'a-second', 'campaign.yaml');
    writeFileSync(second, readFileSync(second, 'utf8').replace('ambassador@', 'office@'));
    await look();
    expect(book.troubles.size).toBe(0);
    expect(book.targets[0]?.mailboxes).toEqual(['office@embassy.example']);
  });
});

describe('a version saved on the console', () => {
  test('is used everywhere and written to every folder', async () => {
    const [one, two] = [await machine('one'), await machine('two')];
    await save('Saved by Sam');
    await Promise.all([one.book.refresh(), two.book.refresh()]);
    for (const { book, root } of [one, two]) {
      expect(title(book)).toBe('Saved by Sam');
      expect(await versionIn(root)).toBe(book.find(campaign)?.version);
      expect(readdirSync(folderOf(root)).filter((name) => name.startsWith('.'))).toEqual([]);
    }
    // What was written is no edit.
    await Promise.all([one.look(), two.look()]);
    expect(await database.read.count(campaignVersionTable)).toBe(2);
  });

  test('is brought along where the folder is empty, and not taken back by an older deployment', async () => {
    const one = await machine('one');
    await save('Saved by Sam');
    await one.look();
    const empty = await machine('empty', 'what is there');
    expect(title(empty.book)).toBe('Saved by Sam');
    expect(readdirSync(folderOf(empty.root))).toEqual(readdirSync(folderOf(one.root)));
    // The files of the first version, copied there a moment ago.
    const deployed = await machine('deployed');
    expect(title(deployed.book)).toBe('Saved by Sam');
    expect(await versionIn(deployed.root)).toBe(deployed.book.find(campaign)?.version);
    expect(await database.read.count(campaignVersionTable)).toBe(2);
  });

  test('stays when a folder brings an older edit, which goes into the history', async () => {
    const one = await machine('one');
    const other = join(scratch, 'other');
    cpSync('campaigns', other, { recursive: true });
    retitle(other, 'Edited long ago');
    const old = new Date(clock.now() - 60_000);
    for (const name of readdirSync(folderOf(other))) utimesSync(join(folderOf(other), name), old, old);
    const edited = await versionIn(other);
    await save('Saved by Sam');
    const two = await machine('two', 'what is there');
    cpSync(folderOf(other), folderOf(two.root), { recursive: true, preserveTimestamps: true });
    const { book: three } = await machine('two', 'what is there');
    await three.refresh();
    await one.look();
    expect(title(three)).toBe('Saved by Sam');
    expect((await versionsOf(database.read, campaign)).map(({ seq, origin }) => [seq, origin])).toEqual([
      [4, 'kept'],
      [3, 'files'],
      [2, 'console'],
      [1, 'files'],
    ]);
    expect((await versionsOf(database.read, campaign))[1]?.version).toBe(edited);
    await three.refresh();
    expect(await versionIn(two.root)).toBe(three.find(campaign)?.version);
    expect(title(one.book)).toBe('Saved by Sam');
  });

  test('that brings back an old version is not taken for an edit of the folder, however fast it comes', async () => {
    const { book, root, look } = await machine('one');
    const other = await machine('one', 'what is there');
    const before = title(book) ?? '';
    const old = await versionIn(root);
    await look();
    await save('Soon taken back');
    // One look each: neither has seen the folder with the version that is being written into it.
    await book.refresh();
    await other.book.refresh();
    await bringBack(1);
    await other.look();
    await look();
    expect([title(book), title(other.book), await versionIn(root)]).toEqual([before, before, old]);
    expect((await versionsOf(database.read, campaign)).map(({ seq, origin }) => `${seq} ${origin}`)).toEqual([
      '3 console',
      '2 console',
      '1 files',
    ]);
  });

  test('is finished by another process when the one that wrote it died half-way', async () => {
    const { root, book, look } = await machine('one');
    await save('Saved by Sam');
    // Half of it is there, and the mark of the one who wrote it.
    retitle(root, 'Half of something');
    writeFileSync(join(folderOf(root), writingMark), '');
    await look();
    expect(title(book)).toBe('Saved by Sam');
    rmSync(join(folderOf(root), writingMark));
    expect(await database.read.count(campaignVersionTable)).toBe(2);
  });

  test('is refused when it began with a version that is no longer the newest, and tells who saved meanwhile', async () => {
    const { book } = await machine('one');
    const base = book.find(campaign)?.version;
    await save('First', base);
    const conflict: unknown = await save('Second', base).catch((thrown: unknown) => thrown);
    expect(conflict).toBeInstanceOf(VersionConflict);
    expect(conflict).toMatchObject({ code: 'conflict', newest: { savedBy: 'sam', seq: 2 } });
  });
});

test('whatever is edited where and in whatever order the machines look, they come to the same, and no edit is lost', async () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('edit' as const), at: fc.nat(1) }),
    fc.record({ what: fc.constant('look' as const), at: fc.nat(1) }),
    fc.record({ what: fc.constant('save' as const), at: fc.nat(1) }),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      run += 1;
      await database.write(
        async (transaction) => void (await transaction.delete(campaignVersionTable, { slug: campaign })),
      );
      const machines = [await machine(`left-${run}`), await machine(`right-${run}`)];
      const made = new Set<string>();
      for (const [index, { what, at }] of steps.entries()) {
        const here = machines[at];
        if (!here) continue;
        clock.move(1_000);
        if (what === 'save') await save(`Saved ${run} ${index}`);
        else if (what === 'look') await here.look();
        else {
          // Two edits of one folder between two looks are one edit.
          await here.look();
          retitle(here.root, `Edited ${run} ${index}`);
          made.add(await versionIn(here.root));
          await here.look();
        }
      }
      for (let round = 0; round < 3; round += 1) for (const { look } of machines) await look();
      const [left, right] = machines.map(({ book }) => book.find(campaign)?.version);
      expect(left).toBe(right);
      for (const { root } of machines) expect(await versionIn(root)).toBe(left);
      const kept = new Set((await versionsOf(database.read, campaign)).map(({ version }) => version));
      expect([...made].filter((version) => !kept.has(version))).toEqual([]);
      expect((await newestVersions(database.read)).get(campaign)?.version).toBe(left);
    }),
    { numRuns: 8 },
  );
});
