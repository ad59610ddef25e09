/** The pictures of a campaign: read and checked at the start, named by their content, and read again when they are shown. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Complain } from './file-problem.ts';
import { fileStart } from './source-position.ts';

export interface Picture {
  /** Where it lies on this machine. */
  path: string;
  /** Such as `image/svg+xml`. */
  type: string;
  /** First 16 hex digits of the SHA-256 over its bytes, with its ending: the last step of its address. */
  name: string;
}

const mostBytes = 200_000;

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

/** Reads a picture, or complains of it and gives nothing. */
export async function readPicture(path: string, complain: Complain): Promise<Picture | undefined> {
  const type = types[extname(path)] ?? '';
  const bytes = await readFile(path).catch(() => undefined);
  const fault =
    bytes === undefined ? (['this picture is missing', 'put it beside campaign.yaml'] as const) : faultOf(bytes, type);
  if (bytes === undefined || fault !== undefined) {
    complain(fileStart, ...(fault ?? ['', '']));
    return undefined;
  }
  return { path, type, name: nameOf(bytes, path) };
}

/** The bytes of a picture, as long as they are those that were checked. */
export async function pictureBytes({ path, name }: Picture): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && nameOf(bytes, path) === name ? bytes : undefined;
}

function faultOf(bytes: Buffer, type: string): readonly [problem: string, remedy: string] | undefined {
  if (bytes.length > mostBytes) return [`larger than ${mostBytes / 1000} KB`, 'make it smaller: phones load it too'];
  if (beginnings[type]?.(bytes) !== true) return ['this is no picture of the kind its name says', 'save it anew'];
  const problem =
    type === 'image/svg+xml' ? notInDrawings.find(([pattern]) => pattern.test(bytes.toString('utf8')))?.[1] : undefined;
  return problem === undefined ? undefined : [problem, 'save it as a plain SVG, or as PNG'];
}

function nameOf(bytes: Buffer, path: string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16) + extname(basename(path));
}
