/** Where the files of petitions live: the port that a folder and an S3-compatible store both keep. */
import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';

/** Bytes within a file, counted from 0; both ends belong to it. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface StoredFile {
  /** In bytes. */
  size: number;
  /**
   * Opens the file, or a range that lies within it. Resolves when the bytes begin to come; rejects with
   * `unavailable` when they do not, or when another file has taken this one's place since it was found.
   * The stream holds a connection or a descriptor until it is read to its end or destroyed.
   */
  read(range?: ByteRange): Promise<Readable>;
}

export interface PetitionFiles {
  /** Writes a file so that it is there whole or not at all, and for good when this resolves. */
  write(serial: string, file: string, contents: Buffer | string): Promise<void>;
  /** Looks a file up and holds nothing open; undefined when there is none. `unavailable` when nobody can say. */
  find(serial: string, file: string): Promise<StoredFile | undefined>;
  /** Where the files of a petition are, in words for people: a folder, or `s3://bucket/…`. Holds no secret. */
  location(serial: string): string;
  /** For the start: writes and reads for a try. Throws `unavailable` with what to mend. */
  check(): Promise<void>;
}

/** The path of a file below any root. Takes no names but those that petitions have, so that none leads elsewhere. */
export function petitionPath(serial: string, file: string): string {
  if (!/^petition-[a-z0-9-]{1,100}\.(?:pdf|csv|json|jpg|bin)$/.test(file))
    throw new AppError('internal', 'no file of a petition is named like this');
  return `${petitionFolder(serial)}/${file}`;
}

/** The folder of a petition below any root. */
export function petitionFolder(serial: string): string {
  if (!/^\d{4}-\d{1,15}$/.test(serial)) throw new AppError('internal', 'no petition is numbered like this');
  return serial;
}
