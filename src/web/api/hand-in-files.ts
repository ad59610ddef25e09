/** Photos and scans of a hand-in: taken as they are sent, cleaned, and given to staff alone. */
import express, { Router, type Request, type Response } from 'express';
import { AppError } from '../../errors.ts';
import { handInFileTable } from '../../petitions/hand-in-file-table.ts';
import { keepHandInFile, mostFileBytes } from '../../petitions/keep-hand-in-file.ts';
import type { Petition } from '../../petitions/petition-table.ts';
import { keyOf } from '../require-key.ts';
import { handInFileView } from './hand-over-view.ts';
import { findPetition, type PetitionRouteNeeds } from './petitions.ts';
import { sendStoredFile } from './send-stored-file.ts';
import { sayTooLarge } from './too-large.ts';

export function handInFileRoutes(needs: PetitionRouteNeeds): Router {
  const router = Router();
  const { guard, database } = needs;

  router.post(
    '/v1/petitions/:id/hand-ins/:handIn/files',
    guard.need('staff'),
    // By its first bytes it is told what it is, not by what it calls itself.
    express.raw({ type: () => true, limit: mostFileBytes }),
    async (request, response) => {
      const { id: petitionId, serial } = await findPetition(database, request);
      const body: unknown = request.body;
      if (!Buffer.isBuffer(body) || body.length === 0)
        throw new AppError('invalid', 'There is no file: send its bytes as the body of the request.');
      const goal = { petitionId, serial, handInId: request.params['handIn'] ?? '' };
      response.status(201).json(handInFileView(await keepHandInFile(needs, goal, body, keyOf(request).source)));
    },
  );

  router.use(
    '/v1/petitions/:id/hand-ins/:handIn/files',
    sayTooLarge('The file is larger than 20 MB: send a smaller picture, or fewer pages.'),
  );

  router.get('/v1/petitions/:id/hand-ins/:handIn/files/:file', guard.need('staff'), async (request, response) => {
    const petition = await findPetition(database, request);
    const { file: fileId = '', handIn: handInId = '' } = request.params;
    await sendHandInFile(needs, { request, response }, petition, { fileId, handInId });
  });

  return router;
}

/** Sends a photo or scan of a try. Throws `not-found` when that try of this petition has no such file. */
export async function sendHandInFile(
  { database, files }: Pick<PetitionRouteNeeds, 'database' | 'files'>,
  { request, response }: { request: Request; response: Response },
  { id: petitionId, serial }: Pick<Petition, 'id' | 'serial'>,
  { fileId: id, handInId }: { fileId: string; handInId: string },
): Promise<void> {
  const row = await database.read.findOneBy(handInFileTable, { id, handInId, petitionId });
  const stored = row && (await files.find(serial, row.file));
  if (!row || !stored) throw new AppError('not-found', 'This hand-in has no such file.');
  // A PDF of somebody else's may run scripts where it is opened by address.
  response.set('Content-Security-Policy', "default-src 'none'; sandbox");
  await sendStoredFile(request, response, stored, { name: row.file, type: row.type, version: row.sha256 });
}
