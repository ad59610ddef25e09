/** The words of the pages about campaigns. */
import { z } from 'zod';
import { type MistakeName, mistakeValues } from '../../../campaigns/mistakes.ts';
import { group, words } from '../../../campaigns/words.ts';
import { checkParts, type findingKinds } from '../../../campaigns/editing/opening-check.ts';
import type { PageWords } from '../page-words.ts';

const findings = {
  missing: words('text', 'language'),
  unwritten: words('text', 'language'),
  older: words('text', 'language'),
  preparing: words('language'),
  over: words(),
  'sample-mailbox': words(),
  'sample-sender': words(),
  'sample-privacy': words('language'),
  unsigned: words('value'),
  'plain-privacy': words('language'),
  link: words('value', 'text', 'language'),
} satisfies Record<(typeof findingKinds)[number], z.ZodString>;

const mistakes = Object.fromEntries(
  Object.entries(mistakeValues).map(([name, values]) => [name, words(...values)]),
) as Record<MistakeName, z.ZodString>;

const parts = Object.fromEntries(checkParts.map((part) => [part, group('title fine')])) as Record<
  (typeof checkParts)[number],
  z.ZodObject<{ title: z.ZodString; fine: z.ZodString }, z.core.$strict>
>;

const schema = z.strictObject({
  title: words(),
  intro: words(),
  none: words(),
  new: words(),
  state: words(),
  states: group('draft not-yet open closed'),
  languages: words(),
  preparing: words(),
  target: words(),
  public: words(),
  changed: words('who', 'when'),
  'by-hand': words(),
  trouble: group('title text'),
  mistakes: group('title text').extend({ said: z.strictObject(mistakes) }),
  conflict: words('who', 'when'),
  'see-change': words(),
  'unknown-person': words(),
  road: group('title mail hand'),
  names: group('letter page petition shared settings'),
  'of-language': words('text', 'language'),
  texts: group('title intro there missing unwritten older add add-submit publish settings').extend({
    added: words('language'),
    published: words('language'),
  }),
  check: z.strictObject({ title: words(), fine: words(), must: words(), should: words() }).extend({
    parts: z.strictObject(parts),
    findings: z.strictObject(findings),
  }),
  period: group(
    'title from to planned open-title open-text open opened open-later opened-later close-title close-text close closed change change-intro words words-hint submit done not-ready order',
  ),
  editor: group(
    'save save-small small-hint preview saved phone desktop note note-hint target sample-name sample-message preview-title',
  ),
  fields: group(
    'title period short long name email phone message subject body footer organisation privacy target-name salutation consent',
  ).extend({
    'short-hint': words(),
    'body-hint': words(),
    'letter-hint': words('target.salutation', 'name', 'organisation'),
    'period-hint': words(),
    'footer-hint': words('name', 'organisation'),
    'petition-hint': words('date', 'target', 'organisation', 'period', 'count'),
  }),
  consents: group('send hand-over contact news hint'),
  settings: group('title intro text'),
  history: group(
    'title intro who what when files change restore restored current kept restore-hint first nothing all comma',
  ),
  duplicate: group('title text slug slug-hint submit done'),
  test: group('title text submit sent waiting accepted refused gone given-up too-many is-target mark message'),
  sources: group(
    'title intro none source since revoke revoked once once-text back name name-hint origin origin-hint bad-origin submit snippets snippets-text script form scope-sign',
  ),
  wizard: group(
    'title intro back next create created slug slug-hint slug-taken slug-shape languages languages-hint languages-none organisation privacy privacy-hint target-name salutation mailbox mailbox-hint zone pace pace-hint sender sender-hint title-field address date basics whom when what summary',
  ).extend({ of: words('step', 'steps') }),
  preview: group('from to reply subject problems petition-sample'),
});

export type CampaignWords = z.infer<typeof schema>;
export const campaignWords: PageWords<CampaignWords> = { page: 'campaigns', schema };
