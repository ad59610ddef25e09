/** The way of a petition to the office: lists of petitions, tries at handing them over, and what follows. */
import express, { Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { followUps } from '../../petitions/follow-up-table.ts';
import { handInOutcomes, readHandIns } from '../../petitions/hand-in-table.ts';
import { handInFileTable } from '../../petitions/hand-in-file-table.ts';
import { isReceipt } from '../../petitions/hand-in-course.ts';
import { listPetitions } from '../../petitions/overdue.ts';
import { recordFollowUp } from '../../petitions/record-follow-up.ts';
import { recordHandIn } from '../../petitions/record-hand-in.ts';
import { strikeHandIn } from '../../petitions/strike-hand-in.ts';
import { keyOf } from '../require-key.ts';
import { parse } from './campaigns.ts';
import { followUpView, handInView, shortView } from './hand-over-view.ts';
import { findPetition, patience, type PetitionRouteNeeds } from './petitions.ts';
import { findCampaign } from './signatures.ts';

const line = (most: number) => z.string().trim().min(1).max(most);
const when = z.iso.datetime({ offset: true });

export const handInInput = z
  .strictObject({
    outcome: z
      .enum(handInOutcomes)
      .describe(
        '`accepted` and `accepted-in-meeting` hand the petition in. After `posted` it is on its way until one of the others follows; after `refused` and `lost` it can be tried again.',
      ),
    at: when.describe('When it happened: not before the petition was sealed, and not in the future.'),
    place: line(200).describe('Where. Signers read it only if the campaign says `tellPlace`.'),
    carrier: line(200).optional().describe('Who carried it.'),
    reference: line(200).optional().describe("The office's own reference number."),
    note: line(2_000).optional(),
  })
  .meta({ id: 'HandIn' });

export const strikeInput = z
  .strictObject({ reason: z.string().trim().min(3).max(300).describe('Why, in a sentence for your colleagues.') })
  .meta({ id: 'Strike' });

export const followUpInput = z
  .strictObject({
    what: z.enum(followUps).describe('`asked`: you asked the office again. `answered`: it answered.'),
    at: when.describe('When it happened.'),
    reference: line(200).optional().describe("The office's own reference number."),
    note: line(2_000).optional(),
  })
  .meta({ id: 'FollowUp' });

export const petitionsQuery = z.strictObject({
  before: z
    .string()
    .regex(/^[0-9a-v]{16}$/)
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export function handInRoutes(needs: PetitionRouteNeeds): Router {
  const router = Router();
  const { guard, database, clock } = needs;
  const json = express.json({ limit: '16kb' });

  router.get('/v1/campaigns/:campaign/petitions', guard.need('staff'), async (request, response) => {
    const { slug: campaign } = findCampaign(needs.book, request.params['campaign'] ?? '');
    const { limit, before } = parse(petitionsQuery, request.query, 'The query has mistakes.');
    const page = await listPetitions(database.read, { campaign, book: needs.book, now: clock.now(), limit, before });
    response.json({
      petitions: page.map(({ petition, told, overdue }) => shortView(petition, told.tries, overdue)),
      next: page.length === limit ? page.at(-1)?.petition.id : null,
    });
  });

  router.get('/v1/petitions/:id/hand-ins', guard.need('staff'), async (request, response) => {
    const { id: petitionId } = await findPetition(database, request);
    const files = await database.read.findBy(handInFileTable, { petitionId });
    const tries = await readHandIns(database.read, [petitionId]);
    response.json({ hand_ins: tries.map((each) => handInView(each, files)) });
  });

  router.post('/v1/petitions/:id/hand-ins', guard.need('staff'), json, async (request, response) => {
    const petition = await findPetition(database, request);
    const {
      at,
      carrier = null,
      reference = null,
      note = null,
      ...report
    } = parse(handInInput, request.body, 'The hand-in has mistakes.');
    const told = { ...report, at: Date.parse(at), carrier, reference, note };
    const { handIn, isNew } = await recordHandIn(needs, petition.id, told, {
      by: keyOf(request).source,
      patience,
    });
    const { outcome } = handIn;
    if (isNew) needs.event(isReceipt(outcome) ? 'handed-in' : outcome);
    response.status(201).json(handInView(handIn, await database.read.findBy(handInFileTable, { handInId: handIn.id })));
  });

  router.post('/v1/petitions/:id/hand-ins/:handIn/strike', guard.need('staff'), json, async (request, response) => {
    const { id: petitionId } = await findPetition(database, request);
    const { reason } = parse(strikeInput, request.body, 'The request has mistakes.');
    const handInId = request.params['handIn'] ?? '';
    const struck = await strikeHandIn(needs, { petitionId, handInId }, { reason, by: keyOf(request).source });
    response.json(handInView(struck, await database.read.findBy(handInFileTable, { petitionId })));
  });

  router.post('/v1/petitions/:id/follow-ups', guard.need('staff'), json, async (request, response) => {
    const petition = await findPetition(database, request);
    const {
      what,
      at,
      reference = null,
      note = null,
    } = parse(followUpInput, request.body, 'The follow-up has mistakes.');
    if (what === 'asked' && reference !== null)
      throw new AppError('invalid', 'The follow-up has mistakes.', {
        fields: [{ field: 'reference', problem: 'comes with an answer: record it as `answered`' }],
      });
    const report = { what, at: Date.parse(at), reference, note };
    response.status(201).json(followUpView(await recordFollowUp(needs, petition.id, report, keyOf(request).source)));
  });

  return router;
}
