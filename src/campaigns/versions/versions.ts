/** The versions of campaigns in the database: the newest of each, the history of one, and saving the next. */
import type { Instant } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Database, Transaction } from '../../storage/database.ts';
import { locked } from '../../storage/locking.ts';
import { insertRows } from '../../storage/write-rows.ts';
import { versionOf } from '../campaign-files.ts';
import { type CampaignVersion, campaignVersionTable } from './version-table.ts';

type Reader = Database['read'];

/** A version without its texts. */
export type VersionFacts = Omit<CampaignVersion, 'files'>;

/** What is in use of one campaign. */
export type Head = Pick<CampaignVersion, 'slug' | 'seq' | 'version' | 'savedAt'>;

/** Texts by the name of their file. */
export type Files = ReadonlyMap<string, string>;

/** MySQL takes 16 MB in one statement unless told otherwise. */
const mostBytes = 4_000_000;

/** The newest version of every campaign, by slug. Asked every few seconds: keys alone, no texts. */
export async function newestVersions(reader: Reader): Promise<Map<string, Head>> {
  const rows: { slug: string; seq: number; version: string; at: number | string }[] = await reader.query(
    `select one.slug as slug, one.seq as seq, one.version as version, one.saved_at as at
       from (select slug, max(seq) as seq from campaign_version group by slug) newest
       join campaign_version one on one.slug = newest.slug and one.seq = newest.seq`,
  );
  return new Map(
    rows.map(({ slug, seq, version, at }) => [slug, { slug, seq: Number(seq), version, savedAt: Number(at) }]),
  );
}

/** The texts of one version; undefined when there is no such version. */
export async function filesOfVersion(reader: Reader, slug: string, seq: number): Promise<Files | undefined> {
  const row = await reader.findOne(campaignVersionTable, { select: { files: true }, where: { slug, seq } });
  return row ? new Map(Object.entries(row.files)) : undefined;
}

/** Whether this content was ever in use. */
export async function isKnownVersion(reader: Reader, slug: string, version: string): Promise<boolean> {
  return reader.existsBy(campaignVersionTable, { slug, version });
}

/** The history of a campaign, the newest first, `most` at most. */
export async function versionsOf(reader: Reader, slug: string, most = 200): Promise<VersionFacts[]> {
  const select = {
    slug: true,
    seq: true,
    version: true,
    changed: true,
    savedBy: true,
    savedAt: true,
    note: true,
    origin: true,
  };
  return reader.find(campaignVersionTable, { select, where: { slug }, order: { seq: 'DESC' }, take: most });
}

/** What is really different in each version against the one before, by `seq`; `most` as in `versionsOf`. */
export async function differencesOf(reader: Reader, slug: string, most = 200): Promise<Map<number, string[]>> {
  const select = { slug: true, seq: true, files: true };
  const rows = await reader.find(campaignVersionTable, { select, where: { slug }, order: { seq: 'DESC' }, take: most });
  const files = new Map(rows.map((row) => [row.seq, new Map(Object.entries(row.files))]));
  return new Map(
    [...files].map(([seq, after]) => {
      const before = files.get(seq - 1);
      return [seq, before === undefined ? [] : changedFiles(before, after)];
    }),
  );
}

export interface NextVersion {
  slug: string;
  files: Files;
  /** The version the edit began with; undefined for a new campaign. */
  basedOn: string | undefined;
  savedBy: string;
  savedAt: Instant;
  note: string;
  origin: CampaignVersion['origin'];
  /**
   * What the edit means for translations. `small`: a slip of the pen was mended, no other language has to follow.
   * `level`: all languages say the same from here on.
   */
  meaning?: 'small' | 'level' | undefined;
}

/**
 * Saves the next version of a campaign. Gives its row, or the newest one when it already says the same.
 * @throws {VersionConflict} when somebody saved since `basedOn`.
 * @throws {AppError} `invalid` when the texts are too large altogether.
 */
export async function saveVersion(transaction: Transaction, next: NextVersion): Promise<VersionFacts> {
  const { slug, files, basedOn, meaning, ...facts } = next;
  const version = versionOf(files);
  const newest = await transaction.findOne(campaignVersionTable, {
    where: { slug },
    order: { seq: 'DESC' },
    ...locked(transaction),
  });
  if (newest?.version !== basedOn) throw new VersionConflict(newest ?? undefined);
  if (newest?.version === version) return newest;
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > mostBytes) {
    throw new AppError(
      'invalid',
      `The texts of a campaign may have ${mostBytes / 1_000_000} MB altogether: shorten them.`,
    );
  }
  const differs = changedFiles(new Map(Object.entries(newest?.files ?? {})), files);
  const changed = meaning === 'small' ? [] : meaning === 'level' ? [...files.keys()].toSorted() : differs;
  const seq = (newest?.seq ?? 0) + 1;
  const row: CampaignVersion = { ...facts, slug, seq, version, files: Object.fromEntries(files), changed };
  await insertRows(transaction, campaignVersionTable, [row]);
  return row;
}

/** Names of the files that are not the same in both. */
export function changedFiles(before: Files, after: Files): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).toSorted();
}

/** Somebody saved another version meanwhile; `newest` is that one, or nothing when the campaign is not there. */
export class VersionConflict extends AppError {
  readonly newest: VersionFacts | undefined;

  constructor(newest: VersionFacts | undefined) {
    super(
      'conflict',
      newest
        ? 'This campaign was changed meanwhile: look at the newest version and make the change again.'
        : 'There is no such campaign.',
    );
    this.name = 'VersionConflict';
    this.newest = newest;
  }
}
