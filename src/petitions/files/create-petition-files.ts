/** The files of petitions, in the place the configuration names. */
import type { PetitionFiles } from '../petition-files.ts';
import { createFolderFiles } from './folder-files.ts';
import { createS3Files } from './s3-files.ts';
import type { S3Place } from './s3-url.ts';

/** The bucket, or without one the folder. Touches neither: `check()` does. */
export function createPetitionFiles(bucket: S3Place | undefined, folder: string): PetitionFiles {
  return bucket ? createS3Files(bucket) : createFolderFiles(folder);
}
