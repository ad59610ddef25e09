/** Step: the files of a sealed petition are made from its rows: PDF volumes, names, manifest. Can be done again at any time. */
import { LessThan } from 'typeorm';
import type { CampaignBook } from '../campaigns/campaign-book.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import type { Words } from '../campaigns/words.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { reach } from '../points.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { makeVolumes, type PlacedName } from './make-volumes.ts';
import { namesOnPetition } from './names-on-petition.ts';
import { petitionEvent } from './petition-event.ts';
import type { PetitionFiles } from './petition-files.ts';
import { petitionTable, untouched, type Petition } from './petition-table.ts';
import { writeSheet } from './write-sheet.ts';

export interface PetitionFileNeeds {
  database: Database;
  clock: Clock;
  book: CampaignBook;
  words: Readonly<Record<string, Words>>;
  keys: KeyRing;
  files: PetitionFiles;
  /** Metrics: called once a petition's files are on disk. */
  made(): void;
  /** Called now and then with the petition and how many of its names are on paper. */
  progress?(petition: Petition): void;
}

/**
 * Makes the files of a sealed petition; does nothing when they are there. `isMine` says at the end, in the transaction
 * that tells of them, whether the petition is still ours to work on: whoever came in our place makes the same files.
 */
export async function makePetitionFiles(
  needs: PetitionFileNeeds,
  petition: Petition,
  isMine: (transaction: Transaction) => Promise<boolean>,
): Promise<void> {
  if (petition.filesAt !== null || petition.state !== 'sealed') return;
  const { database, clock, book, files } = needs;
  const { id, serial } = petition;
  const progress = noteProgress(needs, petition);
  const made = makeVolumes({
    sheet: writeSheet(installed(book, petition.campaign), petition, needs.words, (slug) => installed(book, slug)),
    campaigns: petition.campaigns.map(({ slug, version }) => ({ slug, version })),
    sealedAt: petition.sealedAt,
    keys: needs.keys,
    names: () => sealedNames(database, petition),
    keepLeaves: true,
    // A store takes a file only with its length.
    async keep(file, contents) {
      const isWhole = typeof contents === 'string' || Buffer.isBuffer(contents);
      await files.write(serial, file, isWhole ? contents : await gathered(contents));
      reach('file-kept');
    },
    progress: progress.note,
  });
  await Promise.allSettled([made]);
  await progress.written();
  const manifest = await made;
  const isTold = await database.write(async (transaction) => {
    if (!(await isMine(transaction))) return false;
    await transaction.update(petitionTable, { id }, { filesAt: clock.now(), manifest, failures: 0, ...noFailure });
    // Where its names are let go meanwhile, `done` counts those, and there is something else to be done.
    await transaction.update(petitionTable, { id, state: 'sealed' }, { done: petition.names, dueAt: null });
    await noteEvent(transaction, clock, petitionEvent('petition.files-ready', petition));
    return true;
  });
  if (isTold) needs.made();
}

function installed(book: CampaignBook, slug: string): Campaign {
  const campaign = book.find(slug);
  if (!campaign) throw new AppError('not-found', `The campaign ${slug} of this petition is not installed.`);
  return campaign;
}

const noFailure = { failedReason: null, failedName: null } as const;

/** Writes down how far it is, after each volume. Volumes may end in any order; the row only rises. */
function noteProgress({ database, clock, progress }: PetitionFileNeeds, petition: Petition) {
  const { id } = petition;
  let most = 0;
  let written: Promise<unknown> = Promise.resolve();
  async function write(onPaper: number): Promise<void> {
    const wanted = { id, state: 'sealed', done: LessThan(onPaper) } as const;
    const change = { done: onPaper, dueAt: clock.now() + untouched };
    await database.write((transaction) => transaction.update(petitionTable, wanted, change));
  }
  return {
    note(onPaper: number): void {
      if (onPaper <= most) return;
      most = onPaper;
      progress?.({ ...petition, done: onPaper });
      // Nothing depends on it: what cannot be written now is written with the next volume.
      written = written.then(() => write(onPaper)).catch(() => undefined);
    },
    written: async () => void (await written),
  };
}

/** The names as sealed, in order. */
async function* sealedNames(database: Database, petition: Petition): AsyncGenerator<PlacedName> {
  for await (const { number, volume, name, language } of namesOnPetition(database.read, petition)) {
    if (name === null) throw new AppError('internal', `name ${number} of this petition was erased`);
    yield { number, volume, name, language };
  }
}

async function gathered(pieces: AsyncIterable<string>): Promise<Buffer> {
  const buffers: Buffer[] = [];
  for await (const piece of pieces) buffers.push(Buffer.from(piece));
  return Buffer.concat(buffers);
}
