/** The questions of the wizard: what each step asks, what is wrong with an answer, and what all of them make. */
import { z } from 'zod';
import { languageTag } from '../../../campaigns/campaign.ts';
import type { NewCampaign } from '../../../campaigns/editing/new-campaign.ts';
import { slug } from '../../../campaigns/campaign.ts';
import type { Form } from '../read-form.ts';

export const steps = ['basics', 'target', 'period', 'sender'] as const;
export type Step = (typeof steps)[number];

export interface Problem {
  field: string;
  problem: string;
}

/** The languages that were ticked, in the order of the form. */
export function chosenLanguages(form: Form): string[] {
  return Object.keys(form)
    .filter((name) => name.startsWith('language.'))
    .map((name) => name.slice('language.'.length))
    .filter((tag) => languageTag.safeParse(tag).success);
}

const text = z.string().trim().min(1, 'empty').max(300, 'long');
const address = z.string().trim().pipe(z.email('address').max(254, 'long'));

/** The fields of a step by name. */
function fieldsOf(step: Step, form: Form): Record<string, z.ZodType> {
  const languages = chosenLanguages(form);
  const each = (name: string, schema: z.ZodType): Record<string, z.ZodType> =>
    Object.fromEntries(languages.map((tag) => [`${name}.${tag}`, schema]));
  switch (step) {
    case 'basics':
      return {
        slug: z
          .string()
          .trim()
          .min(1, 'empty')
          .pipe(z.string().refine((name) => slug.safeParse(name).success, 'slug-shape')),
        languages: z.undefined().refine(() => languages.length > 0, 'languages-none'),
        ...each('title', text),
        ...each('organisation', text),
        ...each(
          'privacy',
          z
            .string()
            .trim()
            .pipe(z.url({ protocol: /^https$/, error: 'privacy-hint' })),
        ),
      };
    case 'target':
      return {
        ...each('name', text),
        ...each('salutation', text),
        mailbox: address,
        zone: z.string().refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone), 'empty'),
        pace: z.coerce.number('pace-hint').min(1, 'pace-hint').max(100_000, 'pace-hint'),
      };
    case 'period':
      return {
        from: z.iso.date('date'),
        to: z.iso.date('date').refine((to) => to >= (form['from'] ?? ''), 'order'),
      };
    case 'sender':
      return { sender: address };
  }
}

/** What is wrong with the answers of a step; `words` by the messages of its fields. */
export function problemsIn(step: Step, form: Form, words: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(fieldsOf(step, form)).flatMap(([field, schema]) => {
    const value = field === 'languages' ? undefined : (form[field] ?? '');
    const message = schema.safeParse(value).error?.issues[0]?.message;
    return message === undefined ? [] : [{ field, problem: words[message] ?? words['other'] ?? message }];
  });
}

interface Wording {
  today: string;
  period(language: string, from: string, to: string): string;
  /** What stands behind a period whose end is a plan. */
  planned(language: string): string;
}

/** What the answers say. They have been checked, step by step. */
export function answersOf(form: Form, { today, period, planned: behind }: Wording): NewCampaign {
  const languages = chosenLanguages(form);
  const said = (name: string): string => (form[name] ?? '').trim();
  const each = (name: string): Record<string, string> =>
    Object.fromEntries(languages.map((tag) => [tag, said(`${name}.${tag}`)]));
  const [from, to, planned] = [said('from'), said('to'), said('planned') !== ''];
  const words = Object.fromEntries(
    languages.map((tag) => {
      const space = tag === 'ja' ? '' : ' ';
      return [tag, `${period(tag, from, to)}${planned ? `${space}${behind(tag)}` : ''}`];
    }),
  );
  return {
    languages,
    title: each('title'),
    organisation: each('organisation'),
    privacyPolicy: each('privacy'),
    target: {
      id: `${said('slug')}-target`.slice(-60).replace(/^-/, ''),
      name: each('name'),
      salutation: each('salutation'),
      mailboxes: [said('mailbox')],
      timeZone: said('zone'),
      perHour: Number(said('pace')),
    },
    period: { from, to, planned, timeZone: said('zone'), words },
    senderAddress: said('sender'),
    today,
  };
}
