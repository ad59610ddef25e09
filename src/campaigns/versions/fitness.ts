/** What a campaign needs beyond files that are right: words of the program, and its targets while letters wait. */
import { AppError } from '../../errors.ts';
import type { Campaign } from '../campaign.ts';
import { complainAbout, type FileProblem } from '../file-problem.ts';
import type { ReadCampaign } from '../read-campaign.ts';
import { wordsFor, type Words } from '../words.ts';

export interface FitnessNeeds {
  words: Readonly<Record<string, Words>>;
  /** Targets that letters of this campaign wait for and that it no longer names. */
  strandedBy(campaign: Campaign): Promise<string[]>;
  /**
   * Done before a version is in use, for what it needs beside its files.
   * @throws {AppError} `invalid` when it cannot be used.
   */
  prepare(campaign: Campaign): Promise<void>;
}

/** Languages of a campaign that the program has no words in. */
export function wordless(
  { words }: Pick<FitnessNeeds, 'words'>,
  { campaign, yaml, path }: ReadCampaign,
): FileProblem[] {
  const problems: FileProblem[] = [];
  const complain = complainAbout(path, problems);
  for (const [index, language] of campaign.languages.entries()) {
    if (wordsFor(words, language) !== undefined) continue;
    const remedy = `write templates/words/${language}.yaml, or take ${language} out of languages`;
    complain(yaml.locate(['languages', index]), `the pages have no words in ${language}`, remedy);
  }
  return problems;
}

/** Targets that a new version lost, although letters wait for them; `before` is the version in use. */
export async function stranded(
  { strandedBy }: Pick<FitnessNeeds, 'strandedBy'>,
  { campaign, yaml, path }: ReadCampaign,
  before: Campaign | undefined,
): Promise<FileProblem[]> {
  const problems: FileProblem[] = [];
  const complain = complainAbout(path, problems);
  const names = new Set(campaign.targets.map(({ id }) => id));
  if (before?.targets.every(({ id }) => names.has(id))) return problems;
  for (const target of await strandedBy(campaign)) {
    const remedy = 'put the target back: letters that were signed must come to their end';
    complain(yaml.locate(['targets'], 'key'), `letters wait for ${target}, which is gone`, remedy);
  }
  return problems;
}

/** What `prepare` said, as a problem of the campaign's file; accidents are thrown on. */
export async function preparation(
  { prepare }: Pick<FitnessNeeds, 'prepare'>,
  { campaign, yaml, path }: ReadCampaign,
): Promise<FileProblem[]> {
  try {
    await prepare(campaign);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid') throw thrown;
    const problems: FileProblem[] = [];
    complainAbout(path, problems)(yaml.locate([]), thrown.message, 'mend the texts it speaks of');
    return problems;
  }
}
