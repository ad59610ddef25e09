/** What a person changed in a folder becomes a version: the next one, or, when somebody saved later, one of the history. */
import type { Instant } from '../../clock.ts';
import type { Database } from '../../storage/database.ts';
import type { FolderCopy } from './folder-copies.ts';
import { type Files, type Head, saveVersion, VersionConflict } from './versions.ts';

const byHand = { savedBy: '', note: '', origin: 'files' } as const;
const small = { meaning: 'small' } as const;

/** Records the folder as the next version; undefined when somebody else saved one meanwhile. */
export async function recordEdit(
  database: Database,
  slug: string,
  folder: FolderCopy,
  newest: Head | undefined,
): Promise<{ seq: number } | undefined> {
  const edit = { ...byHand, slug, files: folder.files, basedOn: newest?.version, savedAt: folder.changedAt };
  return orOvertaken(database.write((transaction) => saveVersion(transaction, edit)));
}

/** Puts an older edit into the history, and the newest version on top of it once more: nothing is lost. */
export async function shelveEdit(
  database: Database,
  folder: FolderCopy,
  newest: Head & { files: Files },
  now: Instant,
): Promise<void> {
  const { slug, version, files } = newest;
  await orOvertaken(
    database.write(async (transaction) => {
      const edit = { ...byHand, slug, files: folder.files, savedAt: folder.changedAt, ...small };
      const shelved = await saveVersion(transaction, { ...edit, basedOn: version });
      const again = { slug, files, basedOn: shelved.version, savedAt: now, savedBy: '', note: '', ...small };
      await saveVersion(transaction, { ...again, origin: 'kept' });
    }),
  );
}

async function orOvertaken<T>(saving: Promise<T>): Promise<T | undefined> {
  try {
    return await saving;
  } catch (thrown) {
    if (thrown instanceof VersionConflict) return undefined;
    throw thrown;
  }
}
