/** What is done about a folder whose texts are not those of the newest version: pure, so that every case can be tried. */
import type { Instant } from '../../clock.ts';

/** A campaign's folder as one process sees it. */
export interface SeenFolder {
  version: string;
  /** When its newest file was written; never later than now. */
  changedAt: Instant;
  /** Some process is writing a version into it, or died while it did. */
  isBeingWritten: boolean;
}

export interface Standing {
  folder: SeenFolder | undefined;
  newest: { version: string; savedAt: Instant } | undefined;
  /** Whether the version of the folder was ever in use. */
  isKnown: boolean;
  /** Whether this process saw the newest version in this folder before: what differs now was changed by a person. */
  sawNewest: boolean;
}

/**
 * `same`: nothing to do. `write`: the folder is behind and gets the newest version. `record`: a person changed the
 * folder, and that is the next version. `shelve`: a person changed it earlier than somebody saved the newest version,
 * so it goes into the history, and the newest stays.
 */
export type Step = 'same' | 'write' | 'record' | 'shelve';

/**
 * Decides for one campaign in one folder. A version that was in use once is no edit but a copy that is behind, such as
 * a deployment of yesterday: it must not take back what somebody saved today.
 */
export function reconcile({ folder, newest, isKnown, sawNewest }: Standing): Step {
  if (newest === undefined) return folder === undefined ? 'same' : 'record';
  if (folder === undefined || folder.isBeingWritten) return 'write';
  if (folder.version === newest.version) return 'same';
  if (sawNewest) return 'record';
  if (isKnown) return 'write';
  return folder.changedAt >= newest.savedAt ? 'record' : 'shelve';
}
