/** What a campaign is: who is asked for what, when, in which languages. The schema of `campaign.yaml`. */
import { z } from 'zod';
import type { Picture } from './pictures.ts';
import { themeSchema } from './theme.ts';

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

/** What may be agreed to: sending with name and address, names on paper, later contact, news of this letter by mail. */
export const consentIds = ['send', 'hand-over', 'contact', 'news'] as const;

/** Of whose signatures something is asked: of nobody's, of those that came by a public form, or of all. */
const askedOf = z.enum(['none', 'form', 'all']).default('none');

const consentSchema = z.strictObject({
  id: z.enum(consentIds),
  /** Changes whenever a word of the text changes; stored with each signature. */
  version: z.string().min(1).max(40),
  required: z.boolean(),
  text: z.record(languageTag, z.string().trim().min(1).max(2_000)),
});

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** When names that wait are sealed by themselves. Whichever comes first; staff can always do it too. */
const compileSchema = z
  .strictObject({
    every: z.enum(['daily', 'weekly'], 'use daily or weekly').optional(),
    /** Day of the week, for `weekly`; Monday when left out. */
    on: z.enum(weekdays, 'use a day of the week such as monday').optional(),
    /** Time of day in the time zone of the period. */
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'use a time of day such as "09:00"')
      .default('09:00'),
    /** As soon as so many names wait for a target. */
    names: z.int().min(1).max(1_000_000).optional(),
    /** Once the campaign is over and every letter has come to rest. */
    atEnd: z.boolean().default(false),
  })
  .refine(({ every, names, atEnd }) => every !== undefined || names !== undefined || atEnd, {
    error: 'say when: every, names or atEnd',
  })
  .refine(({ every, on }) => on === undefined || every === 'weekly', {
    path: ['on'],
    error: 'belongs to every: weekly',
  });

/** What stands between the form and a flood. */
const protectionSchema = z.strictObject({
  /** Work that a browser does before its form is taken; without script a small sum is asked instead. */
  proofOfWork: z.enum(['off', 'light', 'normal', 'heavy']).default('off'),
  /** Forms taken in an hour. */
  limits: z
    .strictObject({
      /** From one network: an IPv4 address, or the /64 of an IPv6 address. A school or a street stand is one. */
      perNetwork: z.int().min(1).max(1_000_000).default(120),
      /** For one e-mail address. */
      perAddress: z.int().min(1).max(1_000).default(10),
    })
    .default({ perNetwork: 120, perAddress: 10 }),
});

/** How petitions of a campaign are dealt with. */
export const petitionRulesSchema = z.strictObject({
  /** Days without a word after which staff are reminded of a petition. */
  chaseAfterDays: z.int().min(1).max(365).default(30),
  /** Whether a petition that was received also waits for the office's reference number or answer. */
  awaitAnswer: z.boolean().default(false),
  /** Whether its signers read on their receipt pages where it was handed over, in the words that staff wrote. */
  tellPlace: z.boolean().default(false),
  /** What it is printed on. */
  paper: z.enum(['a4', 'us-letter']).default('a4'),
  /** Whether the cover letter says since when mail has not been accepted, when that is so. */
  whyOnPaper: z.boolean().default(true),
  /** Whether a letter of names is made beside each volume: the same names, run on, to be posted. */
  namesLetter: z.boolean().default(false),
  /** When names that wait are sealed by themselves; left out, only when staff say so. */
  compile: compileSchema.optional(),
});

export const campaignSchema = z.strictObject({
  /** True while it is being written: nobody but staff sees it, and nobody can sign. */
  draft: z.boolean().default(false),
  languages: z.array(languageTag).min(1).max(40),
  /** Languages it is being translated into: their texts may be there or not, and are shown to nobody but staff. */
  preparing: z.array(languageTag).max(40).default([]),
  organisation: z.strictObject({ name: perLanguage, privacyPolicy: z.record(languageTag, webAddress) }),
  period: z
    .strictObject({
      from: date,
      /** Last day, inclusive, in `timeZone`. */
      to: date,
      /** True while the end is a plan and not a promise. */
      planned: z.boolean().default(false),
      timeZone,
      /** True once staff have closed it before its last day: it takes no more signatures. */
      closed: z.boolean().optional(),
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
  protection: protectionSchema.default({ proofOfWork: 'off', limits: { perNetwork: 120, perAddress: 10 } }),
  theme: themeSchema(perLanguage).default({ colors: {} }),
  /** Who has to confirm the address before the letter leaves. What comes by the API is vouched for by its source, unless `all`. */
  confirm: askedOf,
  /** Mails of ours to signers. */
  notices: z
    .strictObject({
      /** Our address in them: on a domain of its own, so that they and the letters do not share a reputation. */
      from: z.email('use a full address such as news@news.example.org').optional(),
      /** Who is thanked by mail. */
      thanks: askedOf,
    })
    .default({ thanks: 'none' }),
  petition: petitionRulesSchema.prefault({}),
});

export type Pace = z.infer<typeof paceSchema>;
export type Target = z.infer<typeof targetSchema>;
export type AskedOf = z.infer<typeof askedOf>;
export type PetitionRules = z.infer<typeof petitionRulesSchema>;
export type CompileSchedule = z.infer<typeof compileSchema>;
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

/** `notice-thanks.<lang>.md`: what the mail that thanks says, in the place of the house's own words. */
export interface NoticeSource {
  subject: string;
  body: string;
}

/** `petition.<lang>.md`: the cover letter of the petition as Markdown paragraphs. */
export interface PetitionSource {
  title: string;
  body: string;
}

/** A campaign as loaded: checked, complete in every language, immutable. */
export interface Campaign extends Omit<CampaignFile, 'petition'> {
  slug: string;
  /** First 16 hex digits of the SHA-256 over its files: the version a signature was given to. */
  version: string;
  pictures: { logo?: Picture; heading?: Picture };
  page: Record<string, CampaignPage>;
  letter: Record<string, LetterSource>;
  petition: Record<string, PetitionSource>;
  /** By language; a language without one is thanked in the house's own words. */
  thanks: Record<string, NoticeSource>;
  /** `petition` of `campaign.yaml`; under `petition` stand the texts. */
  petitionRules: PetitionRules;
  /** Own layouts of the petition, in Typst: `petition.typ` for all targets, `petition.<target>.typ` by target. */
  sheets: { all?: string; targets: Record<string, string> };
}
