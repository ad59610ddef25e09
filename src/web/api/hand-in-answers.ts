/** The shapes in which the API tells of a petition's way to the office. */
import { z } from 'zod';
import { followUps } from '../../petitions/follow-up-table.ts';
import { courses } from '../../petitions/hand-in-course.ts';
import { handInOutcomes } from '../../petitions/hand-in-table.ts';
import { petitionStates } from '../../petitions/petition-table.ts';
import { overdueReasons } from '../../petitions/overdue.ts';

const time = z.iso.datetime();
const words = z.string().nullable();

export const handInFileAnswer = z
  .strictObject({
    id: z.string(),
    type: z.string().describe('Of what is kept: pictures of any kind become `image/jpeg`.'),
    bytes: z.int(),
    sha256: z.string(),
    added_at: time,
    added_by: z.string(),
  })
  .meta({ id: 'HandInFile' });

export const handInAnswer = z
  .strictObject({
    id: z.string(),
    at: time,
    outcome: z.enum(handInOutcomes),
    place: z.string(),
    carrier: words,
    reference: words,
    note: words,
    recorded_at: time,
    recorded_by: z.string(),
    files: z.array(handInFileAnswer),
    struck: z
      .strictObject({ at: time, by: words, reason: words })
      .nullable()
      .describe('When it was recorded by mistake: it counts for nothing.'),
  })
  .meta({ id: 'HandInRecord' });

export const followUpAnswer = z
  .strictObject({
    id: z.string(),
    at: time,
    what: z.enum(followUps),
    reference: words,
    note: words,
    recorded_at: time,
    recorded_by: z.string(),
  })
  .meta({ id: 'FollowUpRecord' });

/** What every view of a petition has of its way. */
export const courseFields = {
  course: z
    .enum(courses)
    .describe('Where it stands: `on-its-way` was posted and waits for a word, `lost` and `refused` for the next try.'),
  due: z
    .strictObject({ why: z.enum(overdueReasons), since: time.describe('The last that was heard or done.') })
    .nullable()
    .describe('Set when nobody has said a word for longer than `chaseAfterDays` of the campaign.'),
};

export const petitionsAnswer = z
  .strictObject({
    petitions: z.array(
      z.strictObject({
        id: z.string(),
        serial: z.string().describe('The number on the paper.'),
        target: z.string(),
        state: z.enum(petitionStates).describe('`sealing`, `handing_in` and `voiding` end by themselves.'),
        ...courseFields,
        names: z.int(),
        withheld: z.int(),
        volumes: z.int(),
        digest: z.string(),
        sealed_at: time,
        files_ready: z.boolean(),
        tries: z.int().describe('Hand-ins that were not struck.'),
      }),
    ),
    next: z.string().nullable().describe('For `before`, when there are more.'),
  })
  .meta({ id: 'Petitions' });
