/** What a signature is: the shape a front end sends, the shape we store, and the way from one to the other. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Campaign } from '../campaigns/campaign.ts';
import { type Door, isAskedOf } from '../campaigns/notice-rules.ts';
import { day, minute, type Instant } from '../clock.ts';
import { AppError, type FieldProblem } from '../errors.ts';
import { readEmailAddress, type EmailAddress } from './email-address.ts';
import { readOwnMessage, readPersonName } from './person-name.ts';
import { readPhoneNumber } from './phone-number.ts';

/** One consent as evidence: which text, in which language, when, given through which front end. */
export interface ConsentEvidence {
  id: string;
  version: string;
  language: string;
  at: Instant;
  source: string;
}

/** A checked signature, ready to be stored. */
export interface Signature {
  campaign: Campaign;
  source: string;
  door: Door;
  /** Whether its letters wait until the signer has confirmed the address. */
  held: boolean;
  name: string;
  email: EmailAddress;
  phone: string | undefined;
  message: string | undefined;
  language: string;
  consents: readonly ConsentEvidence[];
  signedAt: Instant;
  /** Digest of what was sent: the same event id with other contents is refused. */
  contents: string;
}

/** What the next stage needs to write the letters of a stored signature. */
export interface SignedLetter {
  signatureId: string;
  campaign: Campaign;
  language: string;
  email: EmailAddress;
  ownWords: boolean;
  door: Door;
  held: boolean;
}

const consentVersion = z.string().max(40).describe('Version of the text the signer saw and agreed to.');

/** The body of a signature event, as documented in `/openapi.json`. */
export const signatureInput = z
  .strictObject({
    name: z.string().max(2_000).describe('Name as the signer typed it; stands under the letter and on the petition.'),
    email: z.string().max(1_000).describe('Address that answers of the target go to.'),
    phone: z.string().max(200).optional().describe('Optional; with or without hyphens.'),
    message: z
      .string()
      .max(20_000)
      .optional()
      .describe("Optional words of the signer's own, at most 1,000 characters."),
    language: z.string().max(20).describe("Language of the letter: one of the campaign's."),
    consents: z
      .strictObject({
        send: consentVersion,
        'hand-over': consentVersion,
        contact: consentVersion,
        news: consentVersion,
      })
      .partial()
      .describe('The consents given, each with the version of its text.'),
    event_id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Your own id of this event: the same id gives the same answer and one signature.'),
    signed_at: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('When the person signed, if that was earlier: at most 7 days ago.'),
  })
  .meta({ id: 'Signature' });

export type SignatureInput = z.input<typeof signatureInput>;

/** Turns zod's issues into ours, without the values. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues
    .slice(0, 20)
    .map((issue) => ({ field: issue.path.join('.') || '(body)', problem: issue.message }));
}

/**
 * Checks one event against its campaign. Throws `invalid` listing every wrong field, or `conflict` when the
 * campaign is not open. `source` names the front end, `door` how it got here, `now` is the time of arrival.
 */
export function readSignature(
  input: unknown,
  needs: { campaign: Campaign; source: string; door: Door; now: Instant; keepOpen: boolean },
): Signature & { eventId: string | undefined } {
  const { campaign, source, door, now } = needs;
  const shaped = signatureInput.safeParse(input);
  if (!shaped.success) throw invalid(fieldProblems(shaped.error));
  const body = shaped.data;
  const problems: FieldProblem[] = [];
  const name = readPersonName(body.name);
  const email = readEmailAddress(body.email);
  const phone = readPhoneNumber(body.phone ?? '');
  const message = readOwnMessage(body.message ?? '');
  for (const [field, result] of Object.entries({ name, email, phone, message })) {
    if ('problem' in result) problems.push({ field, problem: result.problem });
  }
  if (!campaign.languages.includes(body.language)) {
    problems.push({
      field: 'language',
      problem: `is not a language of this campaign: use one of ${campaign.languages.join(', ')}`,
    });
  }
  const signedAt = body.signed_at ? Date.parse(body.signed_at) : now;
  if (signedAt > now + 5 * minute)
    problems.push({ field: 'signed_at', problem: 'lies in the future: check the clock of your server' });
  if (signedAt < now - 7 * day)
    problems.push({ field: 'signed_at', problem: 'is more than 7 days ago: deliver events sooner' });
  problems.push(...consentProblems(campaign, body.consents));
  if (problems.length > 0 || 'problem' in name || 'problem' in email || 'problem' in phone || 'problem' in message)
    throw invalid(problems);
  if (!needs.keepOpen) assertOpen(campaign, signedAt);
  const consents = campaign.consents.flatMap(({ id, version }) =>
    body.consents[id] === undefined ? [] : [{ id, version, language: body.language, at: signedAt, source }],
  );
  return {
    campaign,
    source,
    door,
    held: isAskedOf(campaign.confirm, door),
    name: name.name,
    email,
    phone: phone.phone,
    message: message.message,
    language: body.language,
    consents,
    signedAt,
    contents: contentsOf(campaign.slug, body),
    eventId: body.event_id,
  };
}

/** Digest of an event's contents as sent, without its id and time: whatever order its fields came in. */
export function contentsOf(campaign: string, input: unknown): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .filter(([name, each]) => each !== undefined && name !== 'event_id' && name !== 'signed_at')
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, each]) => [name, sorted(each)])
      : value;
  return createHash('sha256')
    .update(JSON.stringify([campaign, sorted(input)]))
    .digest('base64url');
}

function consentProblems(campaign: Campaign, given: Record<string, string | undefined>): FieldProblem[] {
  return Object.keys({ ...given, ...Object.fromEntries(campaign.consents.map((text) => [text.id, 0])) }).flatMap(
    (id) => {
      const field = `consents.${id}`;
      const text = campaign.consents.find((consent) => consent.id === id);
      if (!text) return [{ field, problem: 'is not asked for by this campaign: leave it out' }];
      if (given[id] === undefined)
        return text.required ? [{ field, problem: 'is required: without it the letter cannot be carried' }] : [];
      if (given[id] === text.version) return [];
      return [
        {
          field,
          problem: `names a text that is not the current one (${text.version}): show the current text and ask again`,
        },
      ];
    },
  );
}

/** Making a formatter costs more than a whole signature; campaigns live in a few time zones. */
const calendars = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in a time zone, as `YYYY-MM-DD`. */
export function localDate(at: Instant, timeZone: string): string {
  let calendar = calendars.get(timeZone);
  if (!calendar) {
    calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
    calendars.set(timeZone, calendar);
  }
  return calendar.format(at);
}

/** Whether a campaign takes signatures at an instant: its days are days of its own time zone, both ends included. */
export function periodState(campaign: Campaign, at: Instant): 'not-yet' | 'open' | 'closed' {
  const today = localDate(at, campaign.period.timeZone);
  if (campaign.draft || today < campaign.period.from) return 'not-yet';
  return campaign.period.closed || isOver(campaign, at) ? 'closed' : 'open';
}

/** Whether the last day of a campaign has passed, in its own time zone; closing it early does not change that day. */
export function isOver({ period }: Campaign, at: Instant): boolean {
  return localDate(at, period.timeZone) > period.to;
}

function assertOpen(campaign: Campaign, at: Instant): void {
  const state = periodState(campaign, at);
  if (state === 'not-yet')
    throw new AppError('conflict', `This campaign opens on ${campaign.period.from}: sign from that day on.`);
  if (state === 'closed')
    throw new AppError('conflict', `This campaign closed on ${campaign.period.to}: it takes no more signatures.`);
}

function invalid(fields: FieldProblem[]): AppError {
  return new AppError('invalid', 'The signature was not accepted: mend the fields listed and send it again.', {
    fields,
  });
}
