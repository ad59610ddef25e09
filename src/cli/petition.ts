/** `todoke petition compile`: seals the waiting names and makes the files, without a running service. */
import { join } from 'node:path';
import { createCampaignBook } from '../campaigns/campaign-book.ts';
import { loadCampaigns } from '../campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../campaigns/words.ts';
import { systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { createLog } from '../log.ts';
import { createPetitionFiles } from '../petitions/files/create-petition-files.ts';
import { makePetitionFiles } from '../petitions/make-petition-files.ts';
import { sealPetition } from '../petitions/seal-petition.ts';
import { openKeyRing } from '../secrets.ts';
import { createTerminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export async function compilePetition(options: { campaign: string; target: string }): Promise<void> {
  const terminal = createTerminal();
  await withDatabase(async (database, config) => {
    const book = createCampaignBook(await loadCampaigns(config.CAMPAIGNS_DIR));
    const campaign = book.find(options.campaign);
    if (!campaign) throw new AppError('not-found', 'There is no such campaign.');
    const files = createPetitionFiles(config.FILES_URL, join(config.DATA_DIR, 'petitions'));
    // Before anything is sealed: names on a petition without files wait for somebody to notice.
    await files.check();
    const needs = {
      database,
      clock: systemClock,
      log: createLog(config.LOG_LEVEL),
      book,
      files,
      words: await loadWords(wordsFolder),
      keys: openKeyRing(config.DATA_DIR, config.SECRETS),
      made: () => undefined,
    };
    // The files are made right here, so nobody has to be reminded.
    const queue = { ask: () => Promise.resolve() };
    const petition = await sealPetition({ ...needs, queue }, { campaign, target: options.target, by: 'command line' });
    await makePetitionFiles(needs, petition.id);
    terminal.fact('petition', petition.serial);
    terminal.fact('names', petition.names);
    terminal.fact('files', files.location(petition.serial));
  });
}
