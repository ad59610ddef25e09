/** The role that seals what is large and makes the files of petitions, away from the processes that answer and send. */
import { finishPetition } from '../petitions/finish-petition.ts';
import type { RoleNeeds } from './role.ts';

export function openPetitions({ database, clock, book, words, keys, files, metrics, queue }: RoleNeeds): void {
  const told = { made: () => metrics.petition('files-made'), sealed: () => metrics.petition('sealed') };
  const finishing = { database, clock, book, words, keys, files, ...told };
  queue.work('finish-petition', async ({ petitionId }) => void (await finishPetition(finishing, petitionId)), 1);
}
