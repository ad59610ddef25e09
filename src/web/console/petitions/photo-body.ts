/** The body of a form with one file in it, read by the platform's own parser of multipart forms. */
import express, { type Request, type RequestHandler } from 'express';
import { AppError, asError } from '../../../errors.ts';
import { mostFileBytes } from '../../../petitions/keep-hand-in-file.ts';

/** Room for the other fields and the boundaries. */
const around = 64 * 1024;
const raw = express.raw({ type: 'multipart/form-data', limit: mostFileBytes + around });

type Photo = Buffer | 'too-large' | undefined;
const photos = new WeakMap<Request, Photo>();

/** The file that came with the form; undefined when none did. */
export function photoOf(request: Request): Photo {
  return photos.get(request);
}

/** Leaves the fields in the body, as a plain form does. */
export const photoBody: RequestHandler = async (request, response, next) => {
  await new Promise<void>((resolve, reject) =>
    raw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(sayLarge(error)))),
  );
  await read(request);
  next();
};

async function read(request: Request): Promise<void> {
  const sent: unknown = request.body;
  request.body = {};
  if (!Buffer.isBuffer(sent)) return;
  const type = request.get('content-type') ?? '';
  const form = await new Response(new Uint8Array(sent), { headers: { 'content-type': type } }).formData().catch(unread);
  const fields: Record<string, string> = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] ??= value;
    else if (name === 'photo') photos.set(request, await contents(value));
  }
  request.body = fields;
}

async function contents(file: File): Promise<Photo> {
  if (file.size > mostFileBytes) return 'too-large';
  return file.size === 0 ? undefined : Buffer.from(await file.arrayBuffer());
}

/** A client's mistake and not ours. */
function unread(thrown: unknown): never {
  throw Object.assign(asError(thrown), { status: 400 });
}

function sayLarge(thrown: unknown): Error {
  const cause = asError(thrown) as Error & { type?: string };
  if (cause.type !== 'entity.too.large') return cause;
  return new AppError('invalid', 'The file is larger than 20 MB: send a smaller picture, or fewer pages.', { cause });
}
