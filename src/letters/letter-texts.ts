/** The compiled text of every letter: made once per campaign version, kept with the letters that say it. */
import type { Campaign } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/rows.ts';
import { compileLetter } from './compile-letter.ts';
import { letterTextTable, type LetterText } from './letter-text-table.ts';
import type { Letter } from './letter.ts';
import type { CompiledLetter } from './merge-letter.ts';

export interface LetterTexts {
  /** The text of the version this letter was signed under. Throws when it was never kept. */
  of(letter: Pick<Letter, 'campaign' | 'campaignVersion' | 'target' | 'language'>): Promise<CompiledLetter>;
}

/** Versions in use at the same time: today's, and those of letters still waiting. */
const mostKept = 2_000;

/** Compiles what is new among the campaigns and stores it before the first letter can be written. */
export async function openLetterTexts(
  needs: { database: Database; clock: Clock },
  campaigns: readonly Campaign[],
): Promise<LetterTexts> {
  const kept = new Map<string, CompiledLetter>();
  for (const campaign of campaigns) await keepNew(needs, campaign);
  return {
    async of({ campaign, campaignVersion: version, target, language }) {
      const key = [campaign, version, target, language].join('\0');
      const known = kept.get(key);
      if (known) return known;
      const row = await needs.database.read.findOneBy(letterTextTable, { campaign, version, target, language });
      if (!row) throw new Error(`the text of ${campaign} ${version} in ${language} was never kept`);
      if (kept.size >= mostKept) kept.clear();
      kept.set(key, row.letter);
      return row.letter;
    },
  };
}

async function keepNew({ database, clock }: { database: Database; clock: Clock }, campaign: Campaign): Promise<void> {
  const rows = await database.read.find(letterTextTable, {
    select: { target: true, language: true },
    where: { campaign: campaign.slug, version: campaign.version },
  });
  const known = new Set(rows.map((row) => `${row.target}\0${row.language}`));
  const wanted = campaign.targets.flatMap((target) => campaign.languages.map((language) => ({ target, language })));
  const missing: LetterText[] = [];
  for (const { target, language } of wanted.filter((each) => !known.has(`${each.target.id}\0${each.language}`))) {
    const letter = await compileLetter(campaign, target, language);
    missing.push({
      campaign: campaign.slug,
      version: campaign.version,
      target: target.id,
      language,
      compiledAt: clock.now(),
      letter,
    });
  }
  await database.write((transaction) => insertRows(transaction, letterTextTable, missing));
}
