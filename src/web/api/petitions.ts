/** Compiling, downloading and voiding petitions. */
import express, { Router, type Request } from 'express';
import { z } from 'zod';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { PetitionFiles } from '../../petitions/petition-files.ts';
import { progressOf } from '../../petitions/petition-progress.ts';
import { petitionTable, type Petition } from '../../petitions/petition-table.ts';
import { sealPetition } from '../../petitions/seal-petition.ts';
import { voidPetition } from '../../petitions/void-petition.ts';
import type { Queue } from '../../queue/queue.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';
import { assertCampaign, keyOf, type KeyGuard } from '../require-key.ts';
import { parse } from './campaigns.ts';
import { handOverView } from './hand-over-view.ts';
import { petitionDownloads, sendPetitionFile, sendVolume } from './petition-downloads.ts';
import { findCampaign } from './signatures.ts';

export interface PetitionRouteNeeds {
  database: Database;
  clock: Clock;
  queue: Queue;
  book: CampaignBook;
  guard: KeyGuard;
  files: PetitionFiles;
  event(event: 'sealed' | 'voided' | 'handed-in' | 'refused' | 'posted' | 'lost'): void;
}

/** Seconds that a request works at a petition itself: most are done by then, and who signs here waits no longer. */
export const patience = 1;

export const compileInput = z
  .strictObject({
    target: z.string().max(80).describe('Id of the target whose waiting names are sealed.'),
    scope: z
      .enum(['campaign', 'all'])
      .default('campaign')
      .describe('`all`: names of every campaign with this target go on one petition, those of this campaign first.'),
  })
  .meta({ id: 'Compile' });

export const voidInput = z
  .strictObject({ reason: z.string().trim().min(1).max(300).describe('Why, in a sentence for your colleagues.') })
  .meta({ id: 'Void' });

export function petitionRoutes(needs: PetitionRouteNeeds): Router {
  const router = Router();
  const { guard, database, files } = needs;
  const json = express.json({ limit: '16kb' });

  router.post('/v1/campaigns/:campaign/petitions', guard.need('staff'), json, async (request, response) => {
    const campaign = findCampaign(needs.book, request.params['campaign'] ?? '');
    const { target, scope } = parse(compileInput, request.body, 'The request has mistakes.');
    const campaigns = scope === 'all' ? needs.book.addressing(target, campaign) : [campaign];
    for (const { slug } of campaigns) assertCampaign(keyOf(request), slug);
    const sealing = { ...needs, sealed: () => needs.event('sealed') };
    const petition = await sealPetition(sealing, { campaigns, target, by: keyOf(request).source }, patience);
    response
      .status(petition.state === 'sealing' ? 202 : 201)
      .location(`/v1/petitions/${petition.id}`)
      .json(await petitionView(needs, petition));
  });

  router.get('/v1/petitions/:id', guard.need('staff'), async (request, response) => {
    response.json(await petitionView(needs, await findPetition(database, request)));
  });

  for (const as of ['volume', 'letter'] as const) {
    router.get(`/v1/petitions/:id/${as}s/:volume.pdf`, guard.need('staff'), async (request, response) => {
      const petition = await findPetition(database, request);
      await sendVolume(files, { request, response }, petition, { volume: request.params['volume'], as });
    });
  }

  for (const wanted of petitionDownloads) {
    router.get(`/v1/petitions/:id/${wanted}`, guard.need('staff'), async (request, response) => {
      await sendPetitionFile(files, { request, response }, await findPetition(database, request), wanted);
    });
  }

  router.post('/v1/petitions/:id/void', guard.need('staff'), json, async (request, response) => {
    const petition = await findPetition(database, request);
    const { reason } = parse(voidInput, request.body, 'The request has mistakes.');
    const voided = await voidPetition(needs, petition.id, reason, patience);
    needs.event('voided');
    response.status(voided.state === 'voiding' ? 202 : 200).json(await petitionView(needs, voided));
  });

  return router;
}

/** The petition in the path, if the key may see it. */
export async function findPetition(database: Database, request: Request<Record<string, string>>): Promise<Petition> {
  const petition = await database.read.findOneBy(petitionTable, { id: request.params['id'] ?? '' });
  if (!petition) throw new AppError('not-found', 'There is no such petition.');
  for (const { slug } of petition.campaigns) assertCampaign(keyOf(request), slug);
  return petition;
}

async function petitionView(needs: PetitionRouteNeeds, petition: Petition) {
  const { id, serial, campaign, campaigns, target, state, names, withheld, volumes, digest } = petition;
  const { failures, failedReason, failedName, dueAt } = petition;
  return {
    id,
    serial,
    campaign,
    campaigns: campaigns.map((each) => ({ campaign: each.slug, names: each.names })),
    target,
    state,
    names,
    withheld,
    volumes,
    digest,
    sealed_at: iso(petition.sealedAt),
    files_ready: petition.filesAt !== null,
    progress: progressOf(petition),
    ...(failures === 0
      ? {}
      : { failure: { times: failures, reason: failedReason, name: failedName, retry_at: dueAt && iso(dueAt) } }),
    ...(await handOverView(needs, petition)),
    ...(petition.voidedAt === null ? {} : { voided_at: iso(petition.voidedAt), void_reason: petition.voidReason }),
  };
}
