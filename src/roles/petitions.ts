/** The role that makes the files of sealed petitions, away from the processes that answer and send. */
import { makePetitionFiles } from '../petitions/make-petition-files.ts';
import type { RoleNeeds } from './role.ts';

export function openPetitions({ database, clock, book, words, keys, files, metrics, queue }: RoleNeeds): void {
  const making = { database, clock, book, words, keys, files, made: () => metrics.petition('files-made') };
  queue.work('make-petition-files', (job) => makePetitionFiles(making, job.petitionId), 1);
}
