/** Petition files in a bucket of an S3-compatible store: objects named PREFIX/SERIAL/FILE. */
import { text } from 'node:stream/consumers';
import { S3ServiceError, S3mini } from 's3mini';
import { AppError } from '../../errors.ts';
import { petitionFolder, petitionPath, type PetitionFiles } from '../petition-files.ts';
import { bytesOf, patience, patientFetch } from './patient-fetch.ts';
import type { S3Place } from './s3-url.ts';

/** An object of the same few bytes, written at each start to see whether the key may write and read. */
const probe = 'todoke-check';

export function createS3Files(place: S3Place, { answer, silence, pauses } = patience): PetitionFiles {
  const root = ['s3:/', place.bucket, place.prefix].filter((part) => part !== '').join('/');
  const store = new S3mini({
    endpoint: root.replace('s3:/', place.origin),
    region: place.region,
    accessKeyId: place.key,
    secretAccessKey: place.secret,
    fetch: patientFetch({ answer, silence, pauses }),
  });
  return {
    async write(serial, file, contents) {
      const key = petitionPath(serial, file);
      try {
        await store.putObject(key, contents);
      } catch (error) {
        const said = wordsOf(error);
        throw unavailable(`${file} could not be written to ${root}/${serial}: the store ${said}. ${remedyOf(said)}`);
      }
    },
    async find(serial, file) {
      const key = petitionPath(serial, file);
      try {
        const size = await store.getContentLength(key);
        return { size, read: (range) => read(key, size, range) };
      } catch (error) {
        if (answerOf(error)?.status === 404) return undefined;
        throw unreadable(wordsOf(error));
      }
    },
    location: (serial) => `${root}/${petitionFolder(serial)}`,
    async check() {
      let said = 'does not give back what it was given';
      try {
        await store.putObject(probe, probe);
        if ((await text(bytesOf(await store.getObjectRaw(probe), silence))) === probe) return;
      } catch (error) {
        said = wordsOf(error);
      }
      throw new AppError(
        'unavailable',
        `The petition files cannot be kept in ${root} at ${new URL(place.origin).host}: the store ${said}. ${remedyOf(said)}`,
      );
    },
  };

  async function read(key: string, size: number, range = { start: 0, end: size - 1 }) {
    const whole = range.start === 0 && range.end === size - 1;
    const response = await store.getObjectRaw(key, whole, range.start, range.end + 1).catch((error: unknown) => {
      throw unreadable(wordsOf(error));
    });
    const { headers } = response;
    const isIt = whole
      ? Number(headers.get('content-length')) === size
      : headers.get('content-range') === `bytes ${range.start}-${range.end}/${size}`;
    if (isIt) return bytesOf(response, silence);
    await response.body?.cancel();
    throw unreadable('gave another file than the one it told of');
  }
}

const unavailable = (sentence: string): AppError => new AppError('unavailable', sentence, { retryAfter: 30 });

/** Says nothing about where the store is: this is read by whoever asked for a file. */
const unreadable = (said: string): AppError =>
  unavailable(`The petition files cannot be read now, their store ${said}: ask again in a minute.`);

/** The answer of the store behind an error, if it gave one. */
function answerOf(error: unknown): S3ServiceError | undefined {
  if (error instanceof S3ServiceError) return error;
  return error instanceof Error ? answerOf(error.cause) : undefined;
}

/** What went wrong. Not in the words of library or store: those may hold the address, the key or what was signed. */
function wordsOf(error: unknown): string {
  const answer = answerOf(error);
  // The library says `Unknown` where the store names no code.
  if (answer) return `answered ${answer.status} ${/^(?!Unknown)\w+$/.exec(answer.code ?? '')?.[0] ?? ''}`.trim();
  return `cannot be reached (${codeOf(error) ?? 'no connection'})`;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return codeOf(error.cause) ?? (error as NodeJS.ErrnoException).code;
}

const remedies: readonly [RegExp, string][] = [
  [/TimeTooSkewed/, "Set this machine's clock."],
  [/Malformed|answered 3/, "Name the bucket's region in FILES_URL (?region=…), and the host of that region."],
  [/answered 40[13]/, 'Correct key and secret in FILES_URL, and allow this key to get and put objects there.'],
  [/answered 404/, 'Make the bucket, or correct its name in FILES_URL.'],
  [/reached/, 'Correct host and port in FILES_URL; for a store without TLS it begins with s3+http://.'],
];

const remedyOf = (said: string): string =>
  remedies.find(([pattern]) => pattern.test(said))?.[1] ?? 'Look into the log of the store.';
