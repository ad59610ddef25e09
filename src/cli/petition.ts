/** `todoke petition compile`: seals the waiting names and makes the files, without a running service. */
import { join } from 'node:path';
import { setTimeout as letOthersFinish } from 'node:timers/promises';
import { openLiveBook } from '../campaigns/versions/live-book.ts';
import { loadWords, wordsFolder } from '../campaigns/words.ts';
import { second, systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { strandedBy } from '../ledger/installation.ts';
import { createLog } from '../log.ts';
import { createPetitionFiles } from '../petitions/files/create-petition-files.ts';
import { finishPetition } from '../petitions/finish-petition.ts';
import { giveWay } from '../petitions/give-way.ts';
import { progressOf } from '../petitions/petition-progress.ts';
import type { Petition } from '../petitions/petition-table.ts';
import { sealPetition } from '../petitions/seal-petition.ts';
import { openKeyRing } from '../secrets.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export interface CompileOptions {
  campaign: string;
  target: string;
  /** Names of every campaign with this target. */
  allCampaigns?: boolean;
}

export async function compilePetition({ campaign: slug, target, allCampaigns }: CompileOptions): Promise<void> {
  const terminal = createTerminal();
  await withDatabase(async (database, config) => {
    const [words, log] = [await loadWords(wordsFolder), createLog(config.LOG_LEVEL)];
    const shared = { database, clock: systemClock, log, words };
    const book = await openLiveBook({
      ...shared,
      root: config.CAMPAIGNS_DIR,
      strandedBy: (changed) => strandedBy(database, changed),
      // Letters are compiled by the processes that take signatures.
      prepare: () => Promise.resolve(),
    });
    const campaign = book.find(slug);
    if (!campaign) throw new AppError('not-found', 'There is no such campaign.');
    const files = createPetitionFiles(config.FILES_URL, join(config.DATA_DIR, 'petitions'));
    giveWay(undefined, config.PETITIONS_NICE);
    // Before anything is sealed: names on a petition without files wait for somebody to notice.
    await files.check();
    const needs = {
      ...shared,
      book,
      files,
      keys: openKeyRing(config.DATA_DIR, config.SECRETS),
      typesetting: { nice: config.PETITIONS_NICE },
      made: () => undefined,
      progress: (petition: Petition) => showProgress(terminal, petition),
    };
    // The files are made right here, so nobody has to be reminded.
    const queue = { ask: () => Promise.resolve() };
    const campaigns = allCampaigns ? book.addressing(target, campaign) : [campaign];
    const petition = await sealPetition({ ...needs, queue }, { campaigns, target, by: 'command line' });
    // A service on the same rows may have begun to make them.
    while (!(await finishPetition(needs, petition.id))) await letOthersFinish(second);
    terminal.fact('petition', petition.serial);
    terminal.fact('names', petition.names);
    if (petition.campaigns.length > 1) for (const part of petition.campaigns) terminal.fact(part.slug, part.names);
    if (petition.withheld > 0) terminal.fact('withheld', petition.withheld);
    terminal.fact('files', files.location(petition.serial));
  });
}

const labels = {
  gathering: 'gathered',
  typesetting: 'typeset',
  'handing-in': 'handed in',
  'letting-go': 'let go',
  done: 'done',
} as const;

function showProgress(terminal: Terminal, petition: Petition): void {
  const { step, done, of } = progressOf(petition);
  terminal.progress(labels[step], done, of);
}
