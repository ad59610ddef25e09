/** Makes a campaign out of the texts of its files, wherever they were kept, and names everything that is wrong. */
import { basename, join } from 'node:path';
import { type Campaign, campaignSchema } from './campaign.ts';
import { sheetFileName, textFileName, versionOf } from './campaign-files.ts';
import { checkCampaign, languagesOf, preparedLanguagesOf, sameTarget } from './check-campaign.ts';
import { readLetter, readNotice, readPage, readPetition } from './campaign-texts.ts';
import { checkShape, valueAt } from './check-shape.ts';
import { complainAbout, type FileProblem, shownPath } from './file-problem.ts';
import { readPictures } from './pictures.ts';
import { fileStart } from './source-position.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

export interface ReadCampaign {
  campaign: Campaign;
  yaml: YamlSource;
  /** Path of its `campaign.yaml`, as problems name it. */
  path: string;
}

/**
 * One campaign from the texts of its files. `folder` is where they are, or would be: its last part is the slug, and
 * problems are told with its path. Gives nothing after complaining.
 */
export function readCampaign(
  folder: string,
  files: ReadonlyMap<string, string>,
  problems: FileProblem[],
): ReadCampaign | undefined {
  const before = problems.length;
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
  const pictures = readPictures(folder, files, values?.theme, problems);
  const texts = readTexts(folder, files, yaml, problems);
  const sheets = readSheets(folder, files, yaml, problems);
  if (values === undefined || problems.length > before) return undefined;
  const { petition: petitionRules, ...settings } = values;
  const own = { petitionRules, sheets, slug: basename(folder), version: versionOf(files) };
  return { campaign: deepFreeze({ ...settings, ...texts, pictures, ...own }), yaml, path };
}

type CampaignTexts = Pick<Campaign, 'page' | 'letter' | 'petition' | 'thanks'>;

function readTexts(
  folder: string,
  files: ReadonlyMap<string, string>,
  yaml: YamlSource,
  problems: FileProblem[],
): CampaignTexts {
  const texts: CampaignTexts = { page: {}, letter: {}, petition: {}, thanks: {} };
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
  for (const language of languages) {
    const name = `notice-thanks.${language}.md`;
    const text = files.get(name);
    const read = text === undefined ? undefined : readNotice(text, complainAbout(join(folder, name), problems));
    if (read !== undefined) texts.thanks[language] = read;
  }
  for (const name of files.keys()) {
    const language = textFileName(name)?.language;
    if (language === undefined || languages.length === 0 || languages.includes(language)) continue;
    // A translation under way may be half done.
    if (preparedLanguagesOf(yaml).includes(language)) continue;
    const remedy = `add ${language} to languages in campaign.yaml, or remove the file`;
    complainAbout(join(folder, name), problems)(fileStart, `${language} is not a language of this campaign`, remedy);
  }
  return texts;
}

function readSheets(
  folder: string,
  files: ReadonlyMap<string, string>,
  yaml: YamlSource,
  problems: FileProblem[],
): Campaign['sheets'] {
  const sheets: Campaign['sheets'] = { targets: {} };
  const listed = valueAt(yaml.value, ['targets']);
  const ids = (Array.isArray(listed) ? listed : []).map((one) => valueAt(one, ['id']));
  for (const [name, text] of files) {
    const target = sheetFileName(name)?.target;
    if (target === undefined) continue;
    if (target === '') sheets.all = text;
    else if (ids.includes(target)) sheets.targets[target] = text;
    else {
      const remedy = 'name it petition.<id of a target>.typ, or petition.typ for all of them';
      complainAbout(join(folder, name), problems)(fileStart, `this campaign has no target ${target}`, remedy);
    }
  }
  return sheets;
}

/** One target may be asked by several campaigns: it has one pace, one channel, so one definition. */
export function checkTargets(campaigns: readonly ReadCampaign[], problems: FileProblem[]): void {
  const first = new Map<string, { loaded: ReadCampaign; index: number }>();
  for (const one of campaigns) {
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
