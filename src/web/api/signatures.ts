/** `POST /v1/campaigns/{campaign}/signatures`: one signature as JSON, or any number as a stream. */
import { once } from 'node:events';
import express, { Router, type Request, type Response } from 'express';
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Campaign } from '../../campaigns/campaign.ts';
import { isAskedOf } from '../../campaigns/notice-rules.ts';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Accepted } from '../../intake/accept-signatures.ts';
import type { SignatureLimits } from '../../intake/limit-signatures.ts';
import { contentsOf, readSignature, signatureInput, type Signature } from '../../intake/signature.ts';
import { ndjsonLines, type NdjsonLine } from '../ndjson-lines.ts';
import { statusOf, toAppError, toProblem } from '../problem.ts';
import { keyOf, type KeyGuard } from '../require-key.ts';
import type { CrossOrigin } from '../cross-origin.ts';
import type { Visitors } from '../visitor.ts';

export interface SignatureRouteNeeds {
  book: CampaignBook;
  clock: Clock;
  keepOpen: boolean;
  guard: KeyGuard;
  /** Lets pages of other sites in, for these methods. */
  crossOrigin: CrossOrigin;
  limits: SignatureLimits;
  visitors: Visitors;
  accept(signature: Signature, eventId: string | undefined): Promise<Accepted>;
  answered(source: string, eventId: string, contents: string): Promise<Accepted | undefined>;
  receiptUrl(eventId: string): string;
  refused(): void;
}

interface Answer {
  id: string;
  /** `held`: it waits until the signer has confirmed the address. */
  status: 'accepted' | 'held';
  receipt_url: string;
}

export const mostBodyBytes = 64 * 1024;

/** Lines of a stream that may wait for their commit at the same time. */
const linesInFlight = 4_000;

export function signatureRoutes(needs: SignatureRouteNeeds): Router {
  const router = Router();
  const route = '/v1/campaigns/:campaign/signatures';
  router.all(route, needs.crossOrigin('POST'));
  router.post(
    route,
    needs.guard.need('sign', { browsers: true }),
    express.json({ limit: mostBodyBytes }),
    async (request, response) => {
      const campaign = findCampaign(needs.book, request.params['campaign'] ?? '');
      const key = keyOf(request);
      if (request.is('application/x-ndjson') && key.origins === null)
        return takeStream(needs, campaign, request, response);
      if (!request.is('application/json'))
        throw new AppError('invalid', 'Send one signature as application/json, or many as application/x-ndjson.');
      const answer = await takeOne(
        needs,
        campaign,
        key.source,
        request.body,
        request.get('Idempotency-Key'),
        key.origins === null ? undefined : (signature) => assertVisitor(needs, signature, request),
      );
      response.status(202).json(answer);
    },
  );
  return router;
}

/** Throws `not-found` for a slug nobody installed. */
export function findCampaign(book: CampaignBook, slug: string): Campaign {
  const campaign = book.find(slug);
  if (!campaign) throw new AppError('not-found', 'There is no such campaign: GET /v1/campaigns lists them.');
  return campaign;
}

/** Takes one event; resolves after its commit. Shared by every door that brings JSON. */
export async function takeOne(
  needs: SignatureRouteNeeds,
  campaign: Campaign,
  source: string,
  body: unknown,
  idempotencyKey: string | undefined,
  /** For a visitor of a page, whom no source vouches for: asked once the signature has no mistakes. */
  assertVisitorAllowed?: (signature: Signature) => Promise<void>,
): Promise<Answer> {
  // By the campaign's rule and not by the row: the same event gets the same answer, and tells nothing of who confirmed.
  const door = assertVisitorAllowed ? 'form' : 'api';
  const status = isAskedOf(campaign.confirm, door) ? 'held' : 'accepted';
  const answer = (id: string): Answer => ({ id, status, receipt_url: needs.receiptUrl(id) });
  try {
    const { eventId, ...signature } = readSignature(body, {
      campaign,
      source,
      door,
      now: needs.clock.now(),
      keepOpen: needs.keepOpen,
    });
    await assertVisitorAllowed?.(signature);
    const { id } = await needs.accept(signature, oneEventId(eventId, idempotencyKey));
    return answer(id);
  } catch (thrown) {
    if (toAppError(thrown).code === 'unavailable') {
      // A database that cannot follow is not asked for more: the source will send this one again.
      needs.refused();
      throw thrown;
    }
    // Only what has the right shape can have been accepted before.
    const shaped = signatureInput.safeParse(body);
    const eventId = shaped.success ? (idempotencyKey ?? shaped.data.event_id) : undefined;
    const before =
      eventId === undefined ? undefined : await needs.answered(source, eventId, contentsOf(campaign.slug, shaped.data));
    if (before) return answer(before.id);
    needs.refused();
    throw thrown;
  }
}

/**
 * A key in a page is in everybody's hands: what comes with it is counted like the forms of our own page.
 * Throws `too-many`, or `forbidden` where the campaign asks for work that only our own page can do.
 */
async function assertVisitor(
  needs: SignatureRouteNeeds,
  { campaign, email }: Signature,
  request: Request,
): Promise<void> {
  if (campaign.protection.proofOfWork !== 'off')
    throw new AppError('forbidden', 'This campaign is signed on its own page at the moment: lead people there.');
  await needs.limits.network(campaign, needs.visitors.addressOf(request));
  await needs.limits.address(campaign, email);
}

function oneEventId(field: string | undefined, header: string | undefined): string | undefined {
  const problem =
    header === undefined
      ? undefined
      : header.length > 200 || header === ''
        ? 'must have 1 to 200 characters'
        : field !== undefined && field !== header
          ? 'differs from event_id: send one of them'
          : undefined;
  if (problem)
    throw new AppError('invalid', `The Idempotency-Key ${problem}.`, {
      fields: [{ field: 'Idempotency-Key', problem }],
    });
  return field ?? header;
}

/** One result line per line sent, in the same order, each as soon as it is known. */
async function takeStream(
  needs: SignatureRouteNeeds,
  campaign: Campaign,
  request: Request,
  response: Response,
): Promise<void> {
  const { source } = keyOf(request);
  response.status(200).type('application/x-ndjson').flushHeaders();
  const left = new AbortController();
  response.once('close', () => left.abort());
  const written: Promise<void>[] = [];
  let number = 0;
  let last = Promise.resolve();
  for await (const line of ndjsonLines(request, mostBodyBytes)) {
    number += 1;
    const before = last;
    const result = takeLine(needs, campaign, source, line, number);
    last = (async () => {
      await before;
      if (!response.write(await result)) await once(response, 'drain', { signal: left.signal });
    })();
    // A failure is met where the order is awaited; meanwhile it must not count as unhandled.
    last.catch(() => undefined);
    written.push(last);
    if (written.length >= linesInFlight) await written.shift();
  }
  await last;
  response.end();
}

async function takeLine(
  needs: SignatureRouteNeeds,
  campaign: Campaign,
  source: string,
  line: NdjsonLine,
  number: number,
): Promise<string> {
  try {
    const answer = await takeOne(needs, campaign, source, parseLine(line), undefined);
    return `${JSON.stringify({ line: number, code: 202, ...answer })}\n`;
  } catch (thrown) {
    const error = toAppError(thrown);
    return `${JSON.stringify({ line: number, code: statusOf(error), problem: toProblem(error) })}\n`;
  }
}

function parseLine(line: NdjsonLine): unknown {
  if ('tooLong' in line) throw new AppError('invalid', 'The line is longer than 64 KB.');
  try {
    return JSON.parse(line.text) as unknown;
  } catch (cause) {
    throw new AppError('invalid', 'The line is not valid JSON.', { cause });
  }
}
