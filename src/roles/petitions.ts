/** The role that seals what is large and makes the files of petitions, away from the processes that answer and send. */
import { AppError } from '../errors.ts';
import { finishPetition } from '../petitions/finish-petition.ts';
import { giveWay } from '../petitions/give-way.ts';
import type { RoleNeeds, Running } from './role.ts';

export function openPetitions(needs: RoleNeeds): Running {
  const { config, database, clock, book, words, keys, files, metrics, queue } = needs;
  const stopping = new AbortController();
  const typesetting = { nice: config.PETITIONS_NICE, signal: stopping.signal };
  // Gathering names and hashing lists is work too; a process that also answers or sends keeps its place.
  if (config.ROLES.size === 1) giveWay(undefined, config.PETITIONS_NICE);
  const told = { made: () => metrics.petition('files-made'), sealed: () => metrics.petition('sealed') };
  const finishing = { database, clock, book, words, keys, files, typesetting, ...told };
  queue.work('finish-petition', async ({ petitionId }) => void (await finishPetition(finishing, petitionId)), 1);
  return {
    // A petition of a million names takes minutes: its rows say how far it is, and another process goes on from there.
    async stop() {
      stopping.abort(new AppError('unavailable', 'This process is being stopped.'));
    },
  };
}
