/** Downloads of a petition and of its tries, for whoever may see names; the manifest has none and is for all staff. */
import { petitionDownloads, sendPetitionFile, sendVolume } from '../../api/petition-downloads.ts';
import { sendHandInFile } from '../../api/hand-in-files.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { findPetition, partOf } from './find-petition.ts';

export function fileRoutes(door: Door, needs: ConsoleNeeds): void {
  for (const as of ['volume', 'letter'] as const) {
    door.get(`/petitions/:id/${as}s/:volume.pdf`, 'names', async (visit) => {
      const petition = await findPetition(needs, visit);
      await sendVolume(needs.files, visit, petition, { volume: partOf(visit, 'volume'), as });
    });
  }

  for (const wanted of petitionDownloads) {
    door.get(`/petitions/:id/${wanted}`, wanted === 'manifest.json' ? 'read' : 'names', async (visit) => {
      await sendPetitionFile(needs.files, visit, await findPetition(needs, visit), wanted);
    });
  }

  door.get('/petitions/:id/hand-ins/:handIn/files/:file', 'names', async (visit) => {
    const wanted = { handInId: partOf(visit, 'handIn'), fileId: partOf(visit, 'file') };
    await sendHandInFile(needs, visit, await findPetition(needs, visit), wanted);
  });
}
