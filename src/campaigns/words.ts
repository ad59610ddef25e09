/** Every word that pages and petitions say by themselves, per language: `templates/words/<language>.yaml`, checked at start. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Campaign, languageTag } from './campaign.ts';
import { checkShape } from './check-shape.ts';
import { complainAbout, type FileProblem } from './file-problem.ts';
import { fileStart } from './source-position.ts';
import { fillVariables, hasBraces } from './variables.ts';
import { readYaml } from './yaml-source.ts';

/** Where the words of this installation are. */
export const wordsFolder = fileURLToPath(new URL('../../templates/words', import.meta.url));

/** Words that hold exactly these variables, each at least once. */
export function words(...variables: string[]): z.ZodString {
  return z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .superRefine((text, context) => {
      const used = new Set<string>();
      const rest = fillVariables(text, (name) => {
        used.add(name);
        return '';
      });
      const unknown = [...used].filter((name) => !variables.includes(name));
      const missing = variables.filter((name) => !used.has(name));
      const message =
        unknown.length > 0
          ? `{{${unknown[0]}}} is not filled here`
          : missing.length > 0
            ? `{{${missing[0]}}} is missing`
            : hasBraces(rest)
              ? 'braces are left open'
              : undefined;
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
}

/** `'a b c'` as `'a' | 'b' | 'c'`. */
type KeysIn<S extends string> = S extends `${infer First} ${infer Rest}` ? First | KeysIn<Rest> : S;

/** A group of words by key, the keys with a space between them; a key this program does not know is a mistake. */
export function group<const S extends string>(keys: S): z.ZodObject<Record<KeysIn<S>, z.ZodString>, z.core.$strict> {
  const shape = Object.fromEntries(keys.split(' ').map((key) => [key, words()]));
  return z.strictObject(shape as Record<KeysIn<S>, z.ZodString>);
}

const locale = words().refine((tag) => {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}, 'use a tag that dates can be written in, such as en-GB or ja');

export const titled = group('title text');
/** Paragraphs of a mail, in Markdown. */
const mail = group('subject button after');
const question = group('title offer ask text confirm cancel done');
const state = group('name now');

const wordsSchema = z.strictObject({
  language: words(),
  dates: locale,
  frame: group('skip languages home'),
  home: group('title intro none'),
  state: group('label open hand rehearsal').extend({ 'not-yet': words('date'), closed: words('date') }),
  closed: z.strictObject({ 'not-yet': words('date'), closed: words('date'), rehearsal: words() }),
  action: group('to period to-form read-more letter letter-intro subject your-name your-message').extend({
    several: words('target'),
  }),
  sending: group(
    'title mail slowed hand paper paper-only receipt identity identity-by-mail from reply-to your-address sender-reply-to sender-from confirm',
  ).extend({ privacy: words('organisation') }),
  form: group(
    'title required optional name email phone message message-what message-explained consents consents-intro submit submit-hand trap answer-why wait',
  ).extend({ version: words('version'), answer: words('one', 'other') }),
  problems: group(
    'title intro name-empty name email-empty email phone message language consent consent-changed consent-unknown other used busy again answer',
  ).extend({ limit: words('minutes') }),
  thanks: titled,
  receipt: group('title intro signed now road once used-reply-to used-from erased').extend({
    times: words('zone'),
    place: words('serial', 'volume', 'page', 'number', 'of'),
    'place-no-page': words('serial', 'volume', 'number', 'of'),
  }),
  /** By state of a letter, and for one that is queued again. */
  states: z.strictObject({
    held: state,
    lapsed: state,
    queued: state,
    'queued-again': state,
    sending: state,
    in_doubt: state,
    accepted: state,
    delivered: state,
    refused: state,
    returned: state,
    for_hand: state,
    petitioned: state,
    handed_in: state,
    withdrawn: state,
  }),
  /** By outcome of a hand-in. */
  data: group('title offer later never download about'),
  'hand-ins': group('accepted-in-meeting accepted refused posted lost'),
  /** By outcome of a try that did not bring the petition to the office. */
  tries: z.strictObject({ refused: state, posted: state, lost: state }),
  /** The proof that a name stands on a petition, and how to check it. */
  proof: group('title what how leaf path root command keep download'),
  withdraw: question,
  erase: question,
  /** The page behind the link in the mail that asks to confirm the address, and what the receipt page says until then. */
  confirm: group('title text name message button done again sent wait').extend({ waiting: words('date') }),
  /** The page that ends the news of a letter. */
  news: group('title text button done'),
  /** Mails to signers: what is in double braces beside these is put in when the mail is made. */
  notices: z.strictObject({
    confirm: mail.extend({ text: words('title', 'date') }),
    thanks: mail.extend({ text: words('title') }),
    'handed-over': mail.extend({ text: words('title', 'target', 'date') }),
    stop: words(),
    footer: words('organisation'),
  }),
  /** The mail that brings a person's answer to the signer. */
  answer: group('subject').extend({ text: words('addressee', 'organisation') }),
  failures: z.strictObject({
    'not-found': titled,
    'no-receipt': titled,
    'data-later': titled,
    'confirm-over': titled,
    'confirm-withdrawn': titled,
    'signed-before': titled,
    'no-link': titled,
    'not-yet': group('title'),
    closed: group('title'),
    conflict: titled,
    'too-late': titled,
    'on-its-way': titled,
    invalid: titled,
    'too-large': titled,
    forbidden: titled,
    'too-many': titled,
    unavailable: titled,
    internal: titled,
  }),
  petition: group(
    'petition campaigns names page volume date digest code period of receiptTitle receivedBy receivedDate stamp',
  ).extend({
    whyOnPaper: words('date'),
    withheld: words('count'),
    received: words('number', 'count'),
  }),
});

export type Words = z.infer<typeof wordsSchema>;

/**
 * The words of every language, by tag, in order of the tags: a language is a file `<tag>.yaml` with every key.
 * Throws `invalid` with a line for each wrong or missing key of each file.
 */
export async function loadWords(folder: string): Promise<Record<string, Words>> {
  const problems: FileProblem[] = [];
  const all: Record<string, Words> = {};
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // The console keeps its words in a folder beside.
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  for (const name of names.filter((each) => !/^\.|~$|^README\.md$/.test(each)).toSorted()) {
    const path = join(folder, name);
    const complain = complainAbout(path, problems);
    const tag = name.replace(/\.yaml$/, '');
    if (tag === name || !languageTag.safeParse(tag).success) {
      complain(fileStart, 'this is not a file of words', 'name it after its language, such as fr.yaml or zh-Hant.yaml');
      continue;
    }
    const yaml = readYaml((await readFile(path, 'utf8')).replaceAll('\r\n', '\n'), complain);
    const checked = yaml && checkShape(yaml, wordsSchema, complain);
    if (checked !== undefined) all[tag] = checked;
  }
  if (names.length === 0) {
    complainAbout(folder, problems)(fileStart, 'there are no words here', 'put a file such as en.yaml here');
  }
  if (problems.length === 0) return all;
  const lines = problems.map((one) => `${one.file}:${one.line}:${one.column}  ${one.problem} — ${one.remedy}`);
  throw new AppError('invalid', ['The files of words have mistakes:', ...lines].join('\n'));
}

/** The words for a language: its own, or those of the language without script and region (`pt` for `pt-BR`). */
export function wordsFor(all: Readonly<Record<string, Words>>, language: string): Words | undefined {
  const [base = ''] = language.split('-');
  return [language, base].map((tag) => (Object.hasOwn(all, tag) ? all[tag] : undefined)).find((found) => found);
}

/** Throws `invalid` when a campaign speaks a language that has no words. */
export function assertWords(all: Readonly<Record<string, Words>>, campaigns: readonly Campaign[]): void {
  const missing = campaigns.flatMap(({ slug, languages }) =>
    languages
      .filter((language) => wordsFor(all, language) === undefined)
      .map((language) => `campaigns/${slug} is in ${language}: write templates/words/${language}.yaml for it`),
  );
  if (missing.length > 0) throw new AppError('invalid', ['Words are missing:', ...missing].join('\n'));
}
