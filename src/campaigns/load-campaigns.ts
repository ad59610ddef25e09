/** Reads campaigns at start and fails there, with everything that is wrong, rather than when a letter is due. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Campaign, type CampaignFile, campaignSchema } from './campaign.ts';
import { campaignFolders, isInside, readCampaignFiles, textFileName, versionOf } from './campaign-files.ts';
import { readLetter, readPage, readPetition } from './campaign-texts.ts';
import { checkCampaign, languagesOf, sameTarget } from './check-campaign.ts';
import { checkShape, valueAt } from './check-shape.ts';
import { CampaignFilesError, complainAbout, type FileProblem, shownPath } from './file-problem.ts';
import { readPicture } from './pictures.ts';
import { fileStart } from './source-position.ts';
import { pictureName } from './theme.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

interface Loaded {
  campaign: Campaign;
  yaml: YamlSource;
  /** Path of its `campaign.yaml`. */
  path: string;
}

/**
 * All campaigns of a folder, one folder each, in order of their slugs.
 * @throws {CampaignFilesError} naming every problem of every campaign.
 */
export async function loadCampaigns(folder: string): Promise<Campaign[]> {
  const problems: FileProblem[] = [];
  const folders = await campaignFolders(folder, problems);
  const loaded: Loaded[] = [];
  for (const one of folders) {
    const found = await readCampaign(one, folder, problems);
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
  const loaded = await readCampaign(path, dirname(path), problems);
  const [campaign] = finish(loaded === undefined ? [] : [loaded], problems);
  if (campaign === undefined) throw new Error('a campaign without problems was not loaded');
  return campaign;
}

function finish(loaded: Loaded[], problems: FileProblem[]): Campaign[] {
  if (problems.length > 0) throw new CampaignFilesError(problems);
  return loaded.map(({ campaign }) => deepFreeze(campaign));
}

async function readCampaign(folder: string, root: string, problems: FileProblem[]): Promise<Loaded | undefined> {
  const before = problems.length;
  const files = await readCampaignFiles(folder, root, problems);
  const path = join(folder, 'campaign.yaml');
  const complain = complainAbout(path, problems);
  const text = files.get('campaign.yaml');
  if (text === undefined) {
    // One that is too large or not UTF-8, or a folder that is none, has been named already.
    const noted = problems.some(({ file }) => file === shownPath(path) || file === shownPath(folder));
    const remedy = 'write it, for a start as a copy of campaigns/uyghurs-abroad/campaign.yaml';
    if (!noted) complain(fileStart, 'this file is missing', remedy);
    return undefined;
  }
  const yaml = readYaml(text, complain);
  if (yaml === undefined) return undefined;

  const values = checkShape(yaml, campaignSchema, complain);
  checkCampaign(yaml, complain);
  const pictures = await readPictures(folder, root, values?.theme, problems);
  const texts = readTexts(folder, files, yaml, problems);
  if (values === undefined || problems.length > before) return undefined;
  const named = Object.values(pictures).map(({ path: at, name }): [string, string] => [basename(at), name]);
  const version = versionOf(new Map([...files, ...named]));
  return { campaign: { ...values, ...texts, pictures, slug: basename(folder), version }, yaml, path };
}

async function readPictures(
  folder: string,
  root: string,
  theme: CampaignFile['theme'] | undefined,
  problems: FileProblem[],
): Promise<Campaign['pictures']> {
  const pictures: Campaign['pictures'] = {};
  if (theme === undefined) return pictures; // its shape has been complained of
  const used = [theme.logo, theme.heading?.file];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!pictureName.safeParse(name).success || used.includes(name)) continue;
    const remedy = 'name it as logo or heading under theme in campaign.yaml, or remove it';
    complainAbout(join(folder, name), problems)(fileStart, 'this picture is shown nowhere', remedy);
  }
  const realRoot = await realpath(root).catch(() => root);
  for (const [kind, file] of [
    ['logo', theme.logo],
    ['heading', theme.heading?.file],
  ] as const) {
    if (file === undefined) continue;
    const at = join(folder, file);
    const complain = complainAbout(at, problems);
    if ((await realpath(at).catch(() => undefined)) !== undefined && !(await isInside(at, realRoot))) {
      complain(fileStart, 'this leads out of the folder of campaigns', 'put the file itself here');
      continue;
    }
    const picture = await readPicture(at, complain);
    if (picture) pictures[kind] = picture;
  }
  return pictures;
}

function readTexts(
  folder: string,
  files: ReadonlyMap<string, string>,
  yaml: YamlSource,
  problems: FileProblem[],
): Pick<Campaign, 'page' | 'letter' | 'petition'> {
  const texts: Pick<Campaign, 'page' | 'letter' | 'petition'> = { page: {}, letter: {}, petition: {} };
  const languages = languagesOf(yaml);
  const noted = new Set(problems.map((problem) => problem.file));

  for (const kind of ['page', 'letter', 'petition'] as const) {
    for (const language of languages) {
      const path = join(folder, `${kind}.${language}.md`);
      const complain = complainAbout(path, problems);
      const text = files.get(`${kind}.${language}.md`);
      if (text === undefined) {
        const remedy = `write it, or take ${language} out of languages in campaign.yaml`;
        if (!noted.has(shownPath(path))) complain(fileStart, 'this file is missing', remedy);
        continue;
      }
      const organisation = valueAt(yaml.value, ['organisation', 'name', language]);
      const read = {
        page: () => readPage(text, typeof organisation === 'string' ? organisation : '', complain),
        letter: () => readLetter(text, complain),
        petition: () => readPetition(text, complain),
      }[kind]();
      if (read !== undefined) Object.assign(texts[kind], { [language]: read });
    }
  }
  for (const name of files.keys()) {
    const language = textFileName(name)?.language;
    if (language === undefined || languages.length === 0 || languages.includes(language)) continue;
    const remedy = `add ${language} to languages in campaign.yaml, or remove the file`;
    complainAbout(join(folder, name), problems)(fileStart, `${language} is not a language of this campaign`, remedy);
  }
  return texts;
}

/** One target may be asked by several campaigns: it has one pace, one channel, so one definition. */
function checkTargets(loaded: Loaded[], problems: FileProblem[]): void {
  const first = new Map<string, { loaded: Loaded; index: number }>();
  for (const one of loaded) {
    for (const [index, target] of one.campaign.targets.entries()) {
      const known = first.get(target.id);
      if (known === undefined) {
        first.set(target.id, { loaded: one, index });
        continue;
      }
      const other = known.loaded.campaign.targets[known.index];
      if (other === undefined || sameTarget(target, other)) continue;
      const place = `${shownPath(known.loaded.path)}:${known.loaded.yaml.locate(['targets', known.index]).line}`;
      complainAbout(one.path, problems)(
        one.yaml.locate(['targets', index, 'id']),
        `targets[${index}]: another campaign defines this target differently`,
        `make it the same as ${place}, or give it another id`,
      );
    }
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
