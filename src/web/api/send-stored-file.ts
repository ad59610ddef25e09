/** A stored file as the answer to GET or HEAD: streamed, whole or one range of it. */
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import type { ByteRange, StoredFile } from '../../petitions/petition-files.ts';
import { toProblem } from '../problem.ts';

export interface Download {
  /** The name it is saved under. */
  name: string;
  type: string;
  /** Changes with the contents: lets a broken-off download go on only when the file is still the same. */
  version: string;
}

/**
 * Sends the file. Rejects before the first byte when the store cannot give it, so that a problem can be answered;
 * later the connection is cut, and rejects only if that was not the client's doing.
 */
export async function sendStoredFile(
  request: Request,
  response: Response,
  file: StoredFile,
  { name, type, version }: Download,
): Promise<void> {
  const etag = `"${version}"`;
  const range = rangeOf(request, file.size, etag);
  if (range === 'outside') return refuse(response, file.size);
  // Nothing is said before the store has answered: a problem must not be saved under the name of the file.
  const stream = request.method === 'HEAD' ? undefined : await file.read(range);
  response
    .status(range ? 206 : 200)
    .type(type)
    .set('Content-Disposition', `attachment; filename="${name}"`)
    .set('Cache-Control', 'private, no-store')
    .set('Accept-Ranges', 'bytes')
    .set('ETag', etag)
    .set('Content-Length', String(range ? range.end - range.start + 1 : file.size));
  if (range) response.set('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
  if (!stream) return void response.end();
  // Whoever left while the store was asked gets nothing; pipeline() would refuse, and keep the stream open.
  if (response.destroyed) return void stream.destroy();
  try {
    await pipeline(stream, response);
  } catch (error) {
    // A reader who went away is no accident.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** The one range that was asked for; undefined is the whole file, also in answer to several ranges or nonsense. */
function rangeOf(request: Request, size: number, etag: string): ByteRange | 'outside' | undefined {
  // RFC 9110 §14.2: a range is for GET alone. §13.1.5: one of another version is none.
  if (request.method !== 'GET' || (request.get('If-Range') ?? etag) !== etag) return undefined;
  const ranges = request.range(size, { combine: true });
  if (ranges === -1) return 'outside';
  return typeof ranges === 'object' && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
}

function refuse(response: Response, size: number): void {
  const problem = toProblem(new AppError('invalid', `The file has ${size} bytes: ask for a range that begins within.`));
  response
    .status(416)
    .set('Content-Range', `bytes */${size}`)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem, title: 'No such range', status: 416 }));
}
