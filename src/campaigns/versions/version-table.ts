/** Every version of every campaign, whole: the row is the truth, a folder of files is a copy that people can edit. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../../clock.ts';
import { count, instant, json, primary, word } from '../../storage/columns.ts';

export interface CampaignVersion {
  slug: string;
  /** 1, 2, 3 … without gaps; the highest is the one in use. */
  seq: number;
  /** Names the content (`versionOf`): a restored version has a new `seq` and its old name. */
  version: string;
  /** The texts of the files by name. */
  files: Record<string, string>;
  /** Names of the files whose meaning changed against the version before, so that translations can be told old. */
  changed: readonly string[];
  /** The member of staff; empty for an edit in the folder, whose writer nobody knows. */
  savedBy: string;
  /** For an edit in the folder: when its newest file was written. */
  savedAt: Instant;
  note: string;
  /** `kept`: the newest version once more, after an older edit of a folder went into the history. */
  origin: 'files' | 'console' | 'kept';
}

export const campaignVersionTable = new EntitySchema<CampaignVersion>({
  name: 'campaign_version',
  columns: {
    slug: primary(word(80)),
    seq: primary(count),
    version: word(16),
    files: json,
    changed: json,
    savedBy: word(80),
    savedAt: instant,
    note: word(400),
    origin: word(10),
  },
});
