/** The shapes the API answers with, for its documentation and for the tests that hold it to them. */
import { z } from 'zod';
import { letterStates } from '../../letters/letter-states.ts';
import { channelModes } from '../../outbox/channel-table.ts';
import { holdEvents } from '../../outbox/hold-event-table.ts';
import { petitionSteps } from '../../petitions/petition-progress.ts';
import { petitionStates } from '../../petitions/petition-table.ts';
import { courseFields, followUpAnswer, handInAnswer } from './hand-in-answers.ts';

const time = z.iso.datetime();
const words = z.record(z.string(), z.string()).describe('By language tag.');

export const acceptedAnswer = z
  .strictObject({
    id: z.string().describe('Id of this event; the same event always gets the same.'),
    status: z
      .enum(['accepted', 'held'])
      .describe('`held` in a campaign that asks every signer to confirm the address: the letter leaves after that.'),
    receipt_url: z.url().describe("The signer's private page: where is my letter now."),
  })
  .meta({ id: 'Accepted' });

export const problemAnswer = z
  .strictObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong and what to do.'),
    errors: z.array(z.strictObject({ field: z.string(), problem: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document.' });

export const lineAnswer = z
  .union([
    z.strictObject({ line: z.int(), code: z.literal(202), ...acceptedAnswer.shape }),
    z.strictObject({ line: z.int(), code: z.int(), problem: problemAnswer }),
  ])
  .meta({ id: 'LineResult', description: 'One line of the answer to a stream, in the order sent.' });

const numbers = z.record(z.enum(letterStates), z.int()).describe('Letters by state.');

export const campaignAnswer = z
  .strictObject({
    slug: z.string(),
    version: z.string(),
    title: words,
    languages: z.array(z.string()),
    period: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      planned: z.boolean(),
      timeZone: z.string(),
      state: z.enum(['not-yet', 'open', 'closed']),
    }),
    targets: z.array(z.string()),
    consents: z.array(z.strictObject({ id: z.string(), version: z.string(), required: z.boolean(), text: words })),
    letters: numbers,
  })
  .meta({ id: 'Campaign' });

export const lettersAnswer = z
  .strictObject({
    letters: z.array(
      z.strictObject({
        id: z.string(),
        signature: z.string(),
        target: z.string(),
        language: z.string(),
        state: z.enum(letterStates),
        since: time,
        attempts: z.int(),
        petition: z.string().nullable(),
        signer: z
          .strictObject({ name: z.string().nullable(), email: z.string().nullable() })
          .optional()
          .describe('Only for keys with the scope `personal`.'),
      }),
    ),
    next: z.string().nullable().describe('Pass as `after` for the next page.'),
  })
  .meta({ id: 'Letters' });

export const switchAnswer = z
  .strictObject({
    id: z.string(),
    target: z.string(),
    from: z.enum(channelModes),
    to: z.enum(channelModes),
    at: time,
    by: z.string(),
    rule: z.string(),
    reason: z.string(),
    confidence: z.number(),
    evidence: z.strictObject({
      letters: z.int(),
      signerDomains: z.int(),
      accepted: z.int(),
      outcomes: z.array(
        z.strictObject({
          id: z.string(),
          at: time,
          stage: z.string(),
          code: z.int().nullable(),
          enhanced: z.string().nullish(),
          class: z.string(),
          attribution: z.string().nullable(),
          rule: z.string(),
          text: z.string(),
        }),
      ),
    }),
  })
  .meta({ id: 'ChannelSwitch' });

export const holdAnswer = z
  .strictObject({
    id: z.string(),
    at: time,
    what: z.enum(holdEvents),
    by: z.string().describe('`rule`, or the source of the key that asked for it.'),
    reason: z.string(),
    evidence: z.strictObject({ outcomes: z.array(z.string()), targets: z.array(z.string()), well: z.int() }),
  })
  .meta({ id: 'HoldEvent' });

const trouble = z
  .strictObject({
    state: z.enum(['open', 'half-open']).describe('`half-open`: one real letter tries.'),
    since: time,
    until: time.describe('When a letter may try, or by when the one that tries must have come to its end.'),
    reason: z.string(),
    strikes: z.int().describe('Troubles in a row; each makes the wait longer.'),
  })
  .nullable()
  .describe('Trouble of ours. It is never counted against a target.');

const held = {
  paused: z.strictObject({ since: time, by: z.string(), reason: z.string() }).nullable().describe('A pause by staff.'),
  trouble,
  holds: z.array(holdAnswer).describe('What kept letters from leaving, and what let them go again, newest first.'),
};

export const siteAnswer = z
  .strictObject({ ...held, targets: z.array(z.strictObject({ target: z.string(), trouble })) })
  .meta({ id: 'Site' });

export const unknownAnswer = z
  .strictObject({
    replies: z.array(
      z.strictObject({
        words: z.string().describe('The reply without names, addresses and ids.'),
        count: z.int(),
        targets: z.int(),
        signer_domains: z.int(),
        first: time,
        last: time,
        example: z.strictObject({
          outcome: z.string(),
          stage: z.string(),
          code: z.int().nullable(),
          enhanced: z.string().nullable(),
        }),
      }),
    ),
    looked_at: z.int().describe('Outcomes that were looked at, the newest first.'),
    learnt: z.int().describe('Those among them that a rule knows by now.'),
  })
  .meta({ id: 'UnknownReplies' });

export const targetAnswer = z
  .strictObject({
    id: z.string(),
    name: words,
    channel: z.strictObject({ mode: z.enum(channelModes), since: time.nullable(), reason: z.string() }),
    ...held,
    letters: numbers,
    switches: z.array(switchAnswer),
  })
  .meta({ id: 'Target' });

export const petitionAnswer = z
  .strictObject({
    id: z.string(),
    serial: z.string().describe('The number on the paper.'),
    campaign: z.string(),
    target: z.string(),
    campaigns: z
      .array(z.strictObject({ campaign: z.string(), names: z.int() }))
      .describe('Whose names are on it, in the order of the paper: those of the first campaign come first.'),
    state: z
      .enum(petitionStates)
      .describe('`sealing`, `handing_in` (received, and each letter is being ended) and `voiding` end by themselves.'),
    names: z.int(),
    withheld: z.int().describe('Names that waited too and were left out by the weed list.'),
    volumes: z.int(),
    digest: z.string().describe('SHA-256 over the canonical list of names; empty until it is sealed.'),
    sealed_at: time,
    files_ready: z.boolean(),
    ...courseFields,
    progress: z
      .strictObject({ step: z.enum(petitionSteps), done: z.int(), of: z.int() })
      .describe('How far it is, in names.'),
    failure: z
      .strictObject({
        times: z.int(),
        reason: z.string().nullable(),
        name: z.int().nullable().describe('Number of the name that caused it, when known.'),
        retry_at: time.nullable(),
      })
      .optional()
      .describe('Only while its latest try failed.'),
    hand_ins: z.array(handInAnswer),
    follow_ups: z.array(followUpAnswer),
    voided_at: time.optional(),
    void_reason: z.string().nullable().optional(),
  })
  .meta({ id: 'Petition' });
