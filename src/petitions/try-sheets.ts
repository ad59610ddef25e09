/** Tries the layouts that a campaign brings for its petitions, so that a mistake shows before names wait for paper. */
import type { Campaign } from '../campaigns/campaign.ts';
import type { Words } from '../campaigns/words.ts';
import { namesDigest } from './names-digest.ts';
import { typesetVolume } from './typeset-volume.ts';
import { writeSheet } from './write-sheet.ts';

/**
 * Typesets one name for every target that has a layout of the campaign's own, with everything that a sheet can say.
 * @throws AppError `internal` with file, line and column of the first mistake, and as `typesetVolume` does.
 */
export async function trySheets(campaign: Campaign, words: Readonly<Record<string, Words>>): Promise<void> {
  const name = 'Sam Sample';
  for (const { id: target } of campaign.targets) {
    const facts = { serial: '0000-0000', target, names: 1, volumes: 1, withheld: 1, sealedAt: 0, mailStoppedAt: 0 };
    const sheet = writeSheet(campaign, { ...facts, digest: namesDigest([name]) }, words);
    const names = [{ number: 1, name, language: campaign.languages[0] ?? 'en' }];
    if (sheet.layout) await typesetVolume(sheet, { volume: 1, names });
  }
}
