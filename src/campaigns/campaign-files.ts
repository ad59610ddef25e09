/** A campaign's folder: which files belong to it, read with limits, and the version that names their content. */
import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { slug } from './campaign.ts';
import { complainAbout, type FileProblem } from './file-problem.ts';
import { isPictureName, mostPictureBytes } from './pictures.ts';
import { fileStart } from './source-position.ts';

const maxFileBytes = 200_000;
const maxFiles = 300;
const maxCampaigns = 1_000;

/** The last one may be left out: then the house's own words are used. */
const textKinds = ['page', 'letter', 'petition', 'notice-thanks'] as const;
export type TextFileKind = (typeof textKinds)[number];

const textFile = new RegExp(`^(${textKinds.join('|')})\\.([^.]+)\\.md$`);

/** What a `<kind>.<language>.md` is called after, or nothing for another name. */
export function textFileName(name: string): { kind: TextFileKind; language: string } | undefined {
  const found = textFile.exec(name);
  const [kind, language] = [textKinds.find((each) => each === found?.[1]), found?.[2]];
  return kind === undefined || language === undefined ? undefined : { kind, language };
}

const sheetFile = /^petition(?:\.([a-z0-9]+(?:-[a-z0-9]+)*))?\.typ$/;

/** The target a layout of the petition is for, empty for all targets; or nothing for another name. */
export function sheetFileName(name: string): { target: string } | undefined {
  const found = sheetFile.exec(name);
  return found === null ? undefined : { target: found[1] ?? '' };
}

/** Whether a file of this name can be part of a campaign beside its `campaign.yaml`. */
export function isCampaignText(name: string): boolean {
  return textFileName(name) !== undefined || sheetFileName(name) !== undefined;
}

/** Paths of the campaigns in a folder, in order of their names. Files and hidden folders beside them are left alone. */
export async function campaignFolders(root: string, problems: FileProblem[]): Promise<string[]> {
  const complain = complainAbout(root, problems);
  const entries = await readdir(root, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) {
    complain(
      fileStart,
      'this folder cannot be read',
      'make it, or point CAMPAIGNS_DIR at the folder of your campaigns',
    );
    return [];
  }
  const folders = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
  if (folders.length > maxCampaigns) {
    complain(fileStart, `more than ${maxCampaigns} campaigns`, 'move those that ended to another folder');
  }
  return folders
    .slice(0, maxCampaigns)
    .toSorted()
    .map((name) => join(root, name));
}

/**
 * The texts of one campaign's files by name, line ends made `\n`, and its pictures in base64. What does not belong, is too large, is not
 * UTF-8 or leads out of `root` is complained of and left out.
 */
export async function readCampaignFiles(
  folder: string,
  root: string,
  problems: FileProblem[],
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const complainOfFolder = complainAbout(folder, problems);
  const realRoot = await realpath(root).catch(() => root);

  const shape = slug.safeParse(basename(folder));
  if (!shape.success) {
    complainOfFolder(
      fileStart,
      'the name of this folder cannot stand in an address',
      shape.error.issues[0]?.message ?? '',
    );
  }
  if (!(await isInside(folder, realRoot))) {
    complainOfFolder(fileStart, 'this leads out of the folder of campaigns', 'put the files themselves here');
    return files;
  }
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) {
    complainOfFolder(fileStart, 'this folder cannot be read', 'make a folder with the files of the campaign');
    return files;
  }
  const own = ownNames(names);
  if (own.length > maxFiles) {
    complainOfFolder(
      fileStart,
      `more than ${maxFiles} files`,
      'keep only campaign.yaml and the three texts per language',
    );
    return files;
  }
  for (const name of own) {
    const path = join(folder, name);
    const complain = complainAbout(path, problems);
    if (name !== 'campaign.yaml' && !isCampaignText(name) && !isPictureName(name)) {
      const known =
        'campaign.yaml, page.<language>.md, letter.<language>.md, petition.<language>.md, notice-thanks.<language>.md, petition.typ, petition.<target>.typ and pictures such as logo.svg';
      complain(fileStart, 'this is not a file of a campaign', `rename or remove it; known are ${known}`);
    } else if (!(await isInside(path, realRoot))) {
      complain(fileStart, 'this leads out of the folder of campaigns', 'put the file itself here');
    } else {
      const text = await (isPictureName(name) ? readPictureFile(path) : readText(path));
      if (typeof text === 'string') files.set(name, text);
      else complain(fileStart, text.problem, text.remedy);
    }
  }
  return files;
}

/** Hidden files and copies that editors leave behind are nobody's mistake; a README may explain the campaign. */
export function ownNames(names: readonly string[]): string[] {
  return names.filter((name) => !/^\.|~$|^README\.md$/.test(name)).toSorted();
}

async function isInside(path: string, realRoot: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return false;
  const way = relative(realRoot, real);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** A picture travels with the texts, as base64: into rows and into the folders of other machines. */
async function readPictureFile(path: string): Promise<string | { problem: string; remedy: string }> {
  const facts = await stat(path);
  if (!facts.isFile()) return { problem: 'this is not a file', remedy: 'put a picture here' };
  if (facts.size > mostPictureBytes) {
    return { problem: `larger than ${mostPictureBytes / 1000} KB`, remedy: 'make it smaller: phones load it too' };
  }
  return readFile(path, 'base64');
}

async function readText(path: string): Promise<string | { problem: string; remedy: string }> {
  const facts = await stat(path);
  if (!facts.isFile()) return { problem: 'this is not a file', remedy: 'put a text file here' };
  if (facts.size > maxFileBytes) {
    return { problem: `larger than ${maxFileBytes / 1000} KB`, remedy: 'shorten it; pictures do not belong into it' };
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)).replaceAll('\r\n', '\n');
  } catch {
    return { problem: 'this is not UTF-8', remedy: 'save it as UTF-8 in your editor' };
  }
}

/**
 * First 16 hex digits of the SHA-256 over names and texts, sorted by name: the same on every machine, whatever
 * line ends its checkout has.
 */
export function versionOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const name of [...files.keys()].toSorted()) {
    const text = files.get(name) ?? '';
    hash.update(`${name}\0${Buffer.byteLength(text)}\0`).update(text);
  }
  return hash.digest('hex').slice(0, 16);
}
