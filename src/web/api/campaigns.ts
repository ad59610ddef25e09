/** Reading campaigns, letters and targets, and overriding a channel. */
import express, { Router } from 'express';
import { In, MoreThan } from 'typeorm';
import { z } from 'zod';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Campaign, Target } from '../../campaigns/campaign.ts';
import type { Clock, Instant } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { signatureTable } from '../../intake/signature-table.ts';
import { fieldProblems, periodState } from '../../intake/signature.ts';
import { stateNumbers } from '../../ledger/numbers.ts';
import { letterTable } from '../../letters/letter-table.ts';
import { letterStates } from '../../letters/letter-states.ts';
import { readChannel, type ChannelSwitch } from '../../outbox/channel-table.ts';
import { towards } from '../../outbox/site-table.ts';
import { channelHistory, overrideChannel, type ReviewNeeds } from '../../outcomes/review-channel.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';
import { keyOf, type KeyGuard } from '../require-key.ts';
import { holdView } from './hold-view.ts';
import { findCampaign } from './signatures.ts';

export interface CampaignRouteNeeds {
  database: Database;
  book: CampaignBook;
  clock: Clock;
  guard: KeyGuard;
  review: ReviewNeeds;
}

export const lettersQuery = z.strictObject({
  state: z.enum(letterStates).optional().describe('Only letters in this state.'),
  after: z
    .string()
    .regex(/^[0-9a-v]{16}$/)
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const channelInput = z
  .strictObject({
    mode: z.enum(['mail', 'slowed', 'hand']).describe('How the target is reached from now on.'),
    reason: z.string().trim().min(3).max(300).describe('Why, in a sentence for your colleagues.'),
  })
  .meta({ id: 'ChannelOverride' });

export function campaignRoutes(needs: CampaignRouteNeeds): Router {
  const router = Router();
  const { guard, book, database } = needs;

  router.get('/v1/campaigns', guard.need('read'), async (request, response) => {
    const key = keyOf(request);
    const visible = book.campaigns.filter(
      (campaign) => key.campaigns === null || key.campaigns.includes(campaign.slug),
    );
    response.json({ campaigns: await Promise.all(visible.map((campaign) => campaignView(needs, campaign))) });
  });

  router.get('/v1/campaigns/:campaign', guard.need('read'), async (request, response) => {
    response.json(await campaignView(needs, findCampaign(book, request.params['campaign'] ?? '')));
  });

  router.get('/v1/campaigns/:campaign/letters', guard.need('read'), async (request, response) => {
    const campaign = findCampaign(book, request.params['campaign'] ?? '');
    const query = parse(lettersQuery, request.query, 'The query has mistakes.');
    const letters = await database.read.find(letterTable, {
      where: {
        campaign: campaign.slug,
        ...(query.state ? { state: query.state } : {}),
        ...(query.after ? { id: MoreThan(query.after) } : {}),
      },
      order: { id: 'ASC' },
      take: query.limit,
    });
    const signers = keyOf(request).scopes.includes('personal')
      ? await signersOf(
          database,
          letters.map((letter) => letter.signatureId),
        )
      : undefined;
    response.json({
      letters: letters.map((letter) => ({
        id: letter.id,
        signature: letter.signatureId,
        target: letter.target,
        language: letter.language,
        state: letter.state,
        since: iso(letter.stateSince),
        attempts: letter.attempts,
        petition: letter.petitionId,
        ...(signers ? { signer: signers.get(letter.signatureId) } : {}),
      })),
      next: letters.length === query.limit ? letters.at(-1)?.id : null,
    });
  });

  router.get('/v1/campaigns/:campaign/targets/:target', guard.need('read'), async (request, response) => {
    const campaign = findCampaign(book, request.params['campaign'] ?? '');
    const target = findTarget(campaign, request.params['target'] ?? '');
    const channel = await readChannel(database.read, target.id);
    const numbers = await stateNumbers(database, { campaign: campaign.slug, target: target.id });
    response.json({
      id: target.id,
      name: target.name,
      channel: { mode: channel.mode, since: channel.since === 0 ? null : iso(channel.since), reason: channel.reason },
      ...(await holdView(needs, towards(target.id))),
      letters: numbers.letters,
      switches: (await channelHistory(database, target.id)).map(switchView),
    });
  });

  router.post(
    '/v1/campaigns/:campaign/targets/:target/channel',
    guard.need('staff'),
    express.json({ limit: '16kb' }),
    async (request, response) => {
      const campaign = findCampaign(book, request.params['campaign'] ?? '');
      const target = findTarget(campaign, request.params['target'] ?? '');
      const wanted = parse(channelInput, request.body, 'The override has mistakes.');
      const change = await overrideChannel(needs.review, target.id, {
        to: wanted.mode,
        reason: wanted.reason,
        by: keyOf(request).source,
      });
      response.json(switchView(change));
    },
  );

  return router;
}

/** Parses a query or a body; throws `invalid` with its fields. */
export function parse<Shape extends z.ZodType>(shape: Shape, input: unknown, message: string): z.output<Shape> {
  const parsed = shape.safeParse(input);
  if (!parsed.success) throw new AppError('invalid', message, { fields: fieldProblems(parsed.error) });
  return parsed.data;
}

async function campaignView({ database, clock }: CampaignRouteNeeds, campaign: Campaign) {
  const numbers = await stateNumbers(database, { campaign: campaign.slug });
  const titles = Object.fromEntries(campaign.languages.map((language) => [language, campaign.page[language]?.title]));
  return {
    slug: campaign.slug,
    version: campaign.version,
    title: titles,
    languages: campaign.languages,
    period: periodView(campaign, clock.now()),
    targets: campaign.targets.map((target) => target.id),
    consents: campaign.consents.map(({ id, version, required, text }) => ({ id, version, required, text })),
    letters: numbers.letters,
  };
}

function periodView(campaign: Campaign, now: Instant) {
  const { from, to, planned, timeZone } = campaign.period;
  return { from, to, planned, timeZone, state: periodState(campaign, now) };
}

/** Throws `not-found` for a target of another campaign. */
export function findTarget(campaign: Campaign, id: string): Target {
  const target = campaign.targets.find((each) => each.id === id);
  if (!target) throw new AppError('not-found', 'This campaign has no such target.');
  return target;
}

function switchView(change: ChannelSwitch) {
  return {
    ...change,
    at: iso(change.at),
    evidence: {
      ...change.evidence,
      outcomes: change.evidence.outcomes.map((outcome) => ({ ...outcome, at: iso(outcome.at) })),
    },
  };
}

async function signersOf(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, { name: string | null; email: string | null }>> {
  const rows = await database.read.find(signatureTable, {
    select: { id: true, name: true, email: true },
    where: { id: In([...ids]) },
  });
  return new Map(rows.map(({ id, name, email }) => [id, { name, email }]));
}
