/** A SQLite file with its tables and the compiled letters of the sample campaign: what a first start leaves behind. */
import { constants, copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of this run of the tests; a program that runs without vitest starts from nothing. */
const shared = process.env['TEST_SHARED'];

/** Copies it to this place; whoever needs it first makes it. */
export async function copyTemplate(file: string): Promise<void> {
  if (shared === undefined) return;
  const template = join(shared, 'template.db');
  if (!existsSync(template)) await makeTemplate(template);
  copyFileSync(template, file, constants.COPYFILE_FICLONE);
}

async function makeTemplate(template: string): Promise<void> {
  // vitest.config.ts reads this folder too, and must not load the service for that.
  const [{ loadCampaigns }, { systemClock }, { openLetterTexts }, { openDatabase }, { tables }] = await Promise.all([
    import('../../src/campaigns/load-campaigns.ts'),
    import('../../src/clock.ts'),
    import('../../src/letters/letter-texts.ts'),
    import('../../src/storage/open-database.ts'),
    import('../../src/tables.ts'),
  ]);
  // Two workers may make it at the same time: each for itself, and the last one stays.
  const own = `${template}.${process.pid}`;
  const database = await openDatabase({ kind: 'sqlite', file: `${own}.first` }, tables);
  await openLetterTexts({ database, clock: systemClock }, await loadCampaigns('campaigns'));
  await database.read.query(`vacuum into '${own}'`);
  await database.close();
  renameSync(own, template);
}
