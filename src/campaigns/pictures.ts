/** The pictures of a campaign: checked before anybody sees them, and named by their content. */
import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { complainAbout, type FileProblem, shownPath } from './file-problem.ts';
import { fileStart } from './source-position.ts';

export interface Picture {
  base64: string;
  /** Such as `image/svg+xml`. */
  type: string;
  /** First 16 hex digits of the SHA-256 over its bytes, with its ending: the last step of its address. */
  name: string;
}

/** Pages are read on phones. */
export const mostPictureBytes = 100_000;

const types: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

/** How a file of each type begins. */
const beginnings: Record<string, (bytes: Buffer) => boolean> = {
  'image/png': (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
  'image/jpeg': (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  'image/webp': (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  'image/svg+xml': (bytes) =>
    /^\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(bytes.toString('utf8')),
};

/** What a drawing may not hold: it could run something, or tell others who looks at it. */
const notInDrawings: [pattern: RegExp, problem: string][] = [
  [/<!(DOCTYPE|ENTITY)/i, 'this drawing declares a document type'],
  [/<\s*([\w-]+:)?(script|foreignObject|iframe|embed|object)[\s/>]/i, 'this drawing holds a script or a page'],
  [/[\s"'/]on\w+\s*=/i, 'this drawing holds a script'],
  [/(href|src)\s*=\s*["']?\s*(?!#|data:image\/(png|jpeg|webp);)[^"'\s>]/i, 'this drawing leads elsewhere'],
  [/url\(\s*["']?\s*(?!#|data:image\/(png|jpeg|webp);)[^)"'\s]|@import/i, 'this drawing loads something'],
];

/** Whether a file of this name is a picture: its ending tells of what kind. */
export function isPictureName(name: string): boolean {
  return name.length <= 80 && /^[a-z0-9]+(-[a-z0-9]+)*\.(png|jpg|jpeg|webp|svg)$/.test(name);
}

/** The pictures that a theme names, out of a campaign's files by name; complains of any other, and of what is wrong. */
export function readPictures(
  folder: string,
  files: ReadonlyMap<string, string>,
  theme: { logo?: string | undefined; heading?: { file: string } | undefined } | undefined,
  problems: FileProblem[],
): { logo?: Picture; heading?: Picture } {
  if (theme === undefined) return {}; // its shape has been complained of
  const used = { logo: theme.logo, heading: theme.heading?.file };
  for (const name of files.keys()) {
    if (!isPictureName(name) || Object.values(used).includes(name)) continue;
    const remedy = 'name it as logo or heading under theme in campaign.yaml, or remove it';
    complainAbout(join(folder, name), problems)(fileStart, 'this picture is shown nowhere', remedy);
  }
  const pictures: { logo?: Picture; heading?: Picture } = {};
  for (const kind of ['logo', 'heading'] as const) {
    const file = used[kind];
    const picture = file === undefined ? undefined : readPicture(join(folder, file), files.get(file), problems);
    if (picture) pictures[kind] = picture;
  }
  return pictures;
}

function readPicture(path: string, base64: string | undefined, problems: FileProblem[]): Picture | undefined {
  const type = types[extname(path)] ?? '';
  const bytes = Buffer.from(base64 ?? '', 'base64');
  const fault =
    base64 === undefined ? (['this picture is missing', 'put it beside campaign.yaml'] as const) : faultOf(bytes, type);
  // One that is too large, or no file, has been named already.
  const noted = problems.some(({ file }) => file === shownPath(path));
  if (fault !== undefined && !noted) complainAbout(path, problems)(fileStart, ...fault);
  if (base64 === undefined || fault !== undefined) return undefined;
  return { base64, type, name: createHash('sha256').update(bytes).digest('hex').slice(0, 16) + extname(path) };
}

function faultOf(bytes: Buffer, type: string): readonly [problem: string, remedy: string] | undefined {
  if (beginnings[type]?.(bytes) !== true) return ['this is no picture of the kind its name says', 'save it anew'];
  const problem =
    type === 'image/svg+xml' ? notInDrawings.find(([pattern]) => pattern.test(bytes.toString('utf8')))?.[1] : undefined;
  return problem === undefined ? undefined : [problem, 'save it as a plain SVG, or as PNG'];
}
