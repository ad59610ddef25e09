/** Reads campaigns at start and fails there, with everything that is wrong, rather than when a letter is due. */
import { dirname, resolve } from 'node:path';
import type { Campaign } from './campaign.ts';
import { campaignFolders, readCampaignFiles } from './campaign-files.ts';
import { CampaignFilesError, type FileProblem } from './file-problem.ts';
import { checkTargets, readCampaign, type ReadCampaign } from './read-campaign.ts';

/**
 * All campaigns of a folder, one folder each, in order of their slugs.
 * @throws {CampaignFilesError} naming every problem of every campaign.
 */
export async function loadCampaigns(folder: string): Promise<Campaign[]> {
  const problems: FileProblem[] = [];
  const folders = await campaignFolders(folder, problems);
  const loaded: ReadCampaign[] = [];
  for (const one of folders) {
    const found = await readFolder(one, folder, problems);
    if (found !== undefined) loaded.push(found);
  }
  checkTargets(loaded, problems);
  return finish(loaded, problems);
}

/**
 * One campaign from its own folder.
 * @throws {CampaignFilesError} naming every problem.
 */
export async function loadCampaign(folder: string): Promise<Campaign> {
  const path = resolve(folder);
  const problems: FileProblem[] = [];
  const loaded = await readFolder(path, dirname(path), problems);
  const [campaign] = finish(loaded === undefined ? [] : [loaded], problems);
  if (campaign === undefined) throw new Error('a campaign without problems was not loaded');
  return campaign;
}

function finish(loaded: ReadCampaign[], problems: FileProblem[]): Campaign[] {
  if (problems.length > 0) throw new CampaignFilesError(problems);
  return loaded.map(({ campaign }) => campaign);
}

async function readFolder(folder: string, root: string, problems: FileProblem[]): Promise<ReadCampaign | undefined> {
  const before = problems.length;
  const read = readCampaign(folder, await readCampaignFiles(folder, root, problems), problems);
  return problems.length > before ? undefined : read;
}
