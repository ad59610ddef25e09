/** Compiling, downloading, handing in and voiding petitions. */
import express, { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import { minute, type Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { namesText, petitionArchive } from '../../petitions/archive.ts';
import type { PetitionFiles } from '../../petitions/petition-files.ts';
import {
  handInOutcomes,
  handInTable,
  petitionTable,
  type HandIn,
  type Petition,
} from '../../petitions/petition-table.ts';
import { recordHandIn } from '../../petitions/record-hand-in.ts';
import { sealPetition } from '../../petitions/seal-petition.ts';
import { voidPetition } from '../../petitions/void-petition.ts';
import type { Queue } from '../../queue/queue.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';
import { assertCampaign, keyOf, type KeyGuard } from '../require-key.ts';
import { parse } from './campaigns.ts';
import { sendStoredFile, type Download } from './send-stored-file.ts';
import { findCampaign } from './signatures.ts';

export interface PetitionRouteNeeds {
  database: Database;
  clock: Clock;
  queue: Queue;
  book: CampaignBook;
  guard: KeyGuard;
  files: PetitionFiles;
  event(event: 'sealed' | 'voided' | 'handed-in' | 'refused'): void;
}

export const compileInput = z
  .strictObject({ target: z.string().max(80).describe('Id of the target whose waiting names are sealed.') })
  .meta({ id: 'Compile' });

const line = (most: number) => z.string().trim().min(1).max(most);

export const handInInput = z
  .strictObject({
    outcome: z
      .enum(handInOutcomes)
      .describe('`refused` leaves the petition sealed for another try; all others hand it in.'),
    at: z.iso.datetime({ offset: true }).describe('When it was tried.'),
    place: line(200).describe('Where.'),
    carrier: line(200).optional().describe('Who carried it.'),
    reference: line(200).optional().describe("The office's own reference number."),
    note: line(2_000).optional(),
  })
  .meta({ id: 'HandIn' });

export const voidInput = z
  .strictObject({ reason: line(300).describe('Why, in a sentence for your colleagues.') })
  .meta({ id: 'Void' });

export function petitionRoutes(needs: PetitionRouteNeeds): Router {
  const router = Router();
  const { guard, database, files } = needs;
  const json = express.json({ limit: '16kb' });

  router.post('/v1/campaigns/:campaign/petitions', guard.need('staff'), json, async (request, response) => {
    const campaign = findCampaign(needs.book, request.params['campaign'] ?? '');
    const { target } = parse(compileInput, request.body, 'The request has mistakes.');
    const petition = await sealPetition(needs, { campaign, target, by: keyOf(request).source });
    needs.event('sealed');
    response
      .status(201)
      .location(`/v1/petitions/${petition.id}`)
      .json(await petitionView(database, petition));
  });

  router.get('/v1/petitions/:id', guard.need('staff'), async (request, response) => {
    response.json(await petitionView(database, await find(request)));
  });

  router.get('/v1/petitions/:id/volumes/:volume.pdf', guard.need('staff'), async (request, response) => {
    const petition = withFiles(await find(request));
    const volume = petition.manifest?.volumes.find((each) => String(each.volume) === request.params['volume']);
    if (!volume) throw new AppError('not-found', 'This petition has no such volume.');
    const { file: name, pdfSha256: sha256 } = volume;
    await send(request, response, petition, { name, sha256, type: 'application/pdf' });
  });

  router.get('/v1/petitions/:id/names.csv', guard.need('staff'), async (request, response) => {
    const petition = withFiles(await find(request));
    const csv = petition.manifest?.csv;
    if (!csv) throw new AppError('not-found', 'This petition has no list of names.');
    const { file: name, sha256 } = csv;
    await send(request, response, petition, { name, sha256, type: 'text/csv; charset=utf-8' });
  });

  router.get('/v1/petitions/:id/names.txt', guard.need('staff'), async (request, response) => {
    await sendMade(request, response, namesText, 'text/plain; charset=utf-8');
  });

  router.get('/v1/petitions/:id/archive.zip', guard.need('staff'), async (request, response) => {
    await sendMade(request, response, petitionArchive, 'application/zip');
  });

  router.get('/v1/petitions/:id/manifest.json', guard.need('staff'), async (request, response) => {
    response.json(withFiles(await find(request)).manifest);
  });

  router.post('/v1/petitions/:id/hand-ins', guard.need('staff'), json, async (request, response) => {
    const petition = await find(request);
    const report = parse(handInInput, request.body, 'The hand-in has mistakes.');
    const at = Date.parse(report.at);
    if (at > needs.clock.now() + 5 * minute)
      throw new AppError('invalid', 'The hand-in has mistakes.', {
        fields: [{ field: 'at', problem: 'lies in the future' }],
      });
    const { carrier = null, reference = null, note = null } = report;
    const handIn = await recordHandIn(
      needs,
      petition.id,
      { outcome: report.outcome, place: report.place, at, carrier, reference, note },
      keyOf(request).source,
    );
    needs.event(handIn.outcome === 'refused' ? 'refused' : 'handed-in');
    response.status(201).json(handInView(handIn));
  });

  router.post('/v1/petitions/:id/void', guard.need('staff'), json, async (request, response) => {
    const petition = await find(request);
    const { reason } = parse(voidInput, request.body, 'The request has mistakes.');
    const voided = await voidPetition(needs, petition.id, reason);
    needs.event('voided');
    response.json(await petitionView(database, voided));
  });

  /** The petition in the path, if the key may see it. */
  async function find(request: Request<Record<string, string>>): Promise<Petition> {
    const petition = await database.read.findOneBy(petitionTable, { id: request.params['id'] ?? '' });
    if (!petition) throw new AppError('not-found', 'There is no such petition.');
    assertCampaign(keyOf(request), petition.campaign);
    return petition;
  }

  async function send(request: Request, response: Response, petition: Petition, download: Download): Promise<void> {
    const file = await files.find(petition.serial, download.name);
    if (!file)
      throw new AppError('not-found', 'This file is no longer where it was put: ask the operators to bring it back.');
    await sendStoredFile(request, response, file, download);
  }

  async function sendMade(
    request: Request<Record<string, string>>,
    response: Response,
    make: typeof petitionArchive,
    type: string,
  ): Promise<void> {
    const { manifest } = withFiles(await find(request));
    if (!manifest) throw new AppError('not-found', 'This petition has no manifest.');
    const { name, sha256, file } = await make(files, manifest);
    await sendStoredFile(request, response, file, { name, sha256, type });
  }

  return router;
}

function withFiles(petition: Petition): Petition {
  if (petition.filesAt !== null) return petition;
  throw new AppError('unavailable', 'The files of this petition are being made: ask again in a moment.', {
    retryAfter: 2,
  });
}

async function petitionView(database: Database, petition: Petition) {
  const handIns = await database.read.find(handInTable, {
    where: { petitionId: petition.id },
    order: { recordedAt: 'ASC' },
  });
  const { id, serial, campaign, target, state, names, withheld, volumes, digest } = petition;
  return {
    id,
    serial,
    campaign,
    target,
    state,
    names,
    withheld,
    volumes,
    digest,
    sealed_at: iso(petition.sealedAt),
    files_ready: petition.filesAt !== null,
    hand_ins: handIns.map(handInView),
    ...(petition.voidedAt === null ? {} : { voided_at: iso(petition.voidedAt), void_reason: petition.voidReason }),
  };
}

function handInView({ id, at, outcome, place, carrier, reference, note, recordedAt, recordedBy }: HandIn) {
  return {
    id,
    at: iso(at),
    outcome,
    place,
    carrier,
    reference,
    note,
    recorded_at: iso(recordedAt),
    recorded_by: recordedBy,
  };
}
