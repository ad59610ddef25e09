/** What a campaign is: who is asked for what, when, in which languages. The schema of `campaign.yaml`. */
import { z } from 'zod';

/** The name of a campaign's folder, and ids in its file: they stand in addresses. */
export const slug = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and single hyphens');

/** BCP 47 tags we can lay out: `ja`, `en`, `zh-Hant`. */
export const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, 'use a tag such as ja, en or zh-Hant');

/** One line of words. Names go into mail headers and subjects, where a line break would be an attack. */
export const line = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^\P{Cc}*$/u, 'write it on one line, without tabs or control characters');

/** The same words in every language of the campaign, by language tag. */
const perLanguage = z.record(languageTag, line);

const webAddress = z.url({ protocol: /^https?$/, error: 'use a full address such as https://example.org/privacy' });

const timeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, 'use a name of the IANA time zone database, such as Asia/Tokyo');

const date = z.iso.date({ error: 'use a date such as 2020-05-29', abort: true });

export const paceSchema = z.strictObject({
  /** Letters an hour to this target, spread evenly. */
  perHour: z.number().positive().max(1_000_000).default(30),
  /** Hours of the target's own day in which letters leave: from (inclusive) to (exclusive). */
  hours: z
    .strictObject({ from: z.int().min(0).max(23), to: z.int().min(1).max(24) })
    .refine((hours) => hours.from < hours.to, { path: ['to'], error: 'let it be later than from' })
    .default({ from: 0, to: 24 }),
});

export const targetSchema = z.strictObject({
  id: slug,
  /** Name of the office, per language, as it stands on the page and the petition. */
  name: perLanguage,
  /** How the target is addressed: the first words of a letter. */
  salutation: perLanguage,
  /** Private: never shown on a page, in the API or in metrics. Tried in this order: the next when one is dead. */
  mailboxes: z.array(z.email('use a full address such as office@embassy.example')).min(1).max(10),
  timeZone,
  pace: paceSchema.default({ perHour: 30, hours: { from: 0, to: 24 } }),
});

const consentSchema = z.strictObject({
  /** What is agreed to: sending with name and address, names on paper, later contact. */
  id: z.enum(['send', 'hand-over', 'contact']),
  /** Changes whenever a word of the text changes; stored with each signature. */
  version: z.string().min(1).max(40),
  required: z.boolean(),
  text: z.record(languageTag, z.string().trim().min(1).max(2_000)),
});

export const campaignSchema = z.strictObject({
  languages: z.array(languageTag).min(1).max(40),
  organisation: z.strictObject({ name: perLanguage, privacyPolicy: z.record(languageTag, webAddress) }),
  period: z
    .strictObject({
      from: date,
      /** Last day, inclusive, in `timeZone`. */
      to: date,
      /** True while the end is a plan and not a promise. */
      planned: z.boolean().default(false),
      timeZone,
    })
    .refine((period) => period.from <= period.to, { path: ['to'], error: 'let it be the same day as from, or later' }),
  sender: z.strictObject({
    identity: z.enum(['reply-to', 'from']).default('reply-to'),
    /** The one stable address of ours in From. Its domain is the DKIM domain. */
    address: z.email('use a full address such as letters@example.org'),
    /** Opt-in for `from`: also use the signer's address at domains that publish no enforcing DMARC policy. */
    allowUnenforcedDomains: z.boolean().default(false),
  }),
  targets: z.array(targetSchema).min(1).max(50),
  consents: z.array(consentSchema).min(1).max(10),
});

export type Pace = z.infer<typeof paceSchema>;
export type Target = z.infer<typeof targetSchema>;
export type ConsentText = z.infer<typeof consentSchema>;
export type CampaignFile = z.infer<typeof campaignSchema>;

/** `page.<lang>.md`: front matter and the case told short and, after `<!-- more -->`, long. */
export interface CampaignPage {
  title: string;
  /** The period in words, for example "29 May – end of August 2020 (planned)". */
  period: string;
  /** What stands in or under each form field. */
  hints: { name: string; email: string; phone: string; message: string };
  /** HTML made from Markdown; raw HTML in the file is shown as text, never passed through. */
  short: string;
  long: string;
}

/** `letter.<lang>.md`: the letter as Markdown. Its `{{…}}` are filled when it is compiled, `{{name}}` per signer. */
export interface LetterSource {
  subject: string;
  /** The small line at the foot: who sends this on whose behalf, and where an answer goes. */
  footer: string;
  body: string;
}

/** `petition.<lang>.md`: the cover letter of the petition as Markdown paragraphs. */
export interface PetitionSource {
  title: string;
  body: string;
}

/** A campaign as loaded: checked, complete in every language, immutable. */
export interface Campaign extends CampaignFile {
  slug: string;
  /** First 16 hex digits of the SHA-256 over its files: the version a signature was given to. */
  version: string;
  page: Record<string, CampaignPage>;
  letter: Record<string, LetterSource>;
  petition: Record<string, PetitionSource>;
}
