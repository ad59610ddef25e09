/** The compiled text of every letter: made once per campaign version, kept with the letters that say it. */
import type { Campaign, Target } from '../campaigns/campaign.ts';
import type { Clock } from '../clock.ts';
import { AppError, asError } from '../errors.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { compileLetter } from './compile-letter.ts';
import { letterTextTable, type LetterText } from './letter-text-table.ts';
import type { Letter } from './letter.ts';
import type { CompiledLetter } from './merge-letter.ts';

export interface LetterTexts {
  /** The text of the version this letter was signed under. Throws when it was never kept. */
  of(letter: Pick<Letter, 'campaign' | 'campaignVersion' | 'target' | 'language'>): Promise<CompiledLetter>;
  /**
   * Compiles and stores what is new in a campaign: done before anybody can sign this version.
   * @throws {AppError} `invalid` when a letter of it cannot be compiled.
   */
  keep(campaign: Campaign): Promise<void>;
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
    keep: (campaign) => keepNew(needs, campaign),
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
  const known = await keptTexts(database.read, campaign);
  const wanted = campaign.targets.flatMap((target) => campaign.languages.map((language) => ({ target, language })));
  const missing: LetterText[] = [];
  for (const { target, language } of wanted.filter((each) => !known.has(nameOf(each.target.id, each.language)))) {
    const letter = await compiled(campaign, target, language);
    missing.push({
      campaign: campaign.slug,
      version: campaign.version,
      target: target.id,
      language,
      compiledAt: clock.now(),
      letter,
    });
  }
  if (missing.length === 0) return;
  await database.write(async (transaction) => {
    // Another process may have started at the same moment, with the same campaigns.
    const meanwhile = await keptTexts(transaction, campaign);
    const still = missing.filter((text) => !meanwhile.has(nameOf(text.target, text.language)));
    await insertRows(transaction, letterTextTable, still);
  });
}

async function compiled(campaign: Campaign, target: Target, language: string): Promise<CompiledLetter> {
  try {
    return await compileLetter(campaign, target, language);
  } catch (cause) {
    throw new AppError('invalid', asError(cause).message, { cause });
  }
}

const nameOf = (target: string, language: string): string => `${target}\0${language}`;

async function keptTexts(reader: Transaction, campaign: Campaign): Promise<Set<string>> {
  const rows = await reader.find(letterTextTable, {
    select: { target: true, language: true },
    where: { campaign: campaign.slug, version: campaign.version },
  });
  return new Set(rows.map((row) => nameOf(row.target, row.language)));
}
