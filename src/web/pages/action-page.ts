/** The page of a campaign: the case, the letter as it will be sent, what happens with a signature, and the form. */
import type { Campaign } from '../../campaigns/campaign.ts';
import { plainText } from '../../campaigns/markdown.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import { wordsFor, type Words } from '../../campaigns/words.ts';
import type { Instant } from '../../clock.ts';
import type { FieldProblem } from '../../errors.ts';
import type { Puzzle } from '../../intake/proof-of-work.ts';
import { periodState } from '../../intake/signature.ts';
import { letterPreview } from './letter-preview.ts';
import { dayInWords } from './page-dates.ts';
import type { ChannelMode, PageNeeds } from './page-needs.ts';
import { lookOf, pictureAddress } from './look.ts';
import { type Alternate, renderPage } from './render-page.ts';
import { byHand, sendingView, wayOf } from './sending-view.ts';
import { type FilledForm, formView } from './sign-form.ts';

export interface ActionFacts {
  campaign: Campaign;
  /** Public address of this site. */
  origin: string;
  /** One of the campaign's. */
  language: string;
  words: Words;
  now: Instant;
  keepOpen: boolean;
  /** How each target is reached now, in the order of the campaign. */
  channels: readonly ChannelMode[];
  form: FilledForm;
  problems: readonly FieldProblem[];
  /** What the form asks, where the campaign asks for work. */
  puzzle: Puzzle | undefined;
  /** Stands above the form. */
  notice: string | undefined;
}

export type SigningState = 'open' | 'hand' | 'not-yet' | 'closed' | 'rehearsal';

/** Whether letters can be signed now, and how. */
export function signingState(
  campaign: Campaign,
  { now, keepOpen }: { now: Instant; keepOpen: boolean },
  channels: readonly ChannelMode[] = [],
): SigningState {
  const period = periodState(campaign, now);
  if (period !== 'open') return keepOpen ? 'rehearsal' : period;
  return channels.some(byHand) ? 'hand' : 'open';
}

/** The state in a few words; `sentence` is there for those that need one. */
export function stateWords(
  campaign: Campaign,
  state: SigningState,
  words: Words,
): { label: string; sentence: string | undefined } {
  const date = dayInWords(state === 'not-yet' ? campaign.period.from : campaign.period.to, words.dates);
  return {
    label: fillVariables(words.state[state], () => date),
    sentence: state === 'open' || state === 'hand' ? undefined : fillVariables(words.closed[state], () => date),
  };
}

/** The page in HTML. */
export function actionPage(facts: ActionFacts, all: PageNeeds['words']): string {
  const { campaign, language, words, channels } = facts;
  const page = campaign.page[language];
  const letter = campaign.letter[language];
  const [first] = campaign.targets;
  if (!page || !letter || !first) throw new Error(`campaign ${campaign.slug} has no page in ${language}`);
  const organisation = campaign.organisation.name[language] ?? '';
  const yourName = words.action['your-name'];
  const state = signingState(campaign, facts, channels);
  const targets = campaign.targets.map((target, index) => ({
    name: target.name[language] ?? '',
    way: words.sending[wayOf(channels[index] ?? 'mail')],
  }));
  const open = state !== 'closed' && state !== 'not-yet';
  const form = open ? formView(facts, facts.form, facts.problems, facts.notice) : undefined;
  const picture = pictureAddress(campaign, 'heading');
  const title = form && form.complaints.length > 0 ? `${words.problems.title}: ${page.title}` : page.title;
  return renderPage(
    'action',
    {
      language,
      words,
      title,
      organisation,
      look: lookOf(campaign),
      alternates: languagesOf(campaign, all),
      anyLanguage: `/actions/${campaign.slug}`,
      listing: {
        origin: facts.origin,
        path: `/actions/${campaign.slug}/${language}`,
        description: shortened(plainText(page.short), 160),
        picture,
      },
      scripts: open ? ['preview.js', ...(form?.puzzle ? ['proof.js' as const] : [])] : [],
    },
    {
      page,
      picture: picture && { src: picture, alt: campaign.theme.heading?.alt[language] ?? '' },
      targets,
      state: { kind: state, ...stateWords(campaign, state, words) },
      letter: letterPreview(letter, {
        target: first,
        language,
        organisation,
        yourName,
        typedName: facts.form.name.trim(),
      }),
      ownWords: facts.form.message.trim(),
      several: targets.length > 1 ? fillVariables(words.action.several, () => targets[0]?.name ?? '') : undefined,
      sending: state === 'closed' ? undefined : sendingView(facts),
      form,
      submit: words.form[channels.every(byHand) ? 'submit-hand' : 'submit'],
    },
  );
}

/** The languages of a campaign, each under its own name. */
export function languagesOf(campaign: Campaign, all: PageNeeds['words']): Alternate[] {
  return campaign.languages.map((language) => ({
    language,
    name: wordsFor(all, language)?.language ?? language,
    href: `/actions/${campaign.slug}/${language}`,
  }));
}

/** Cut at a character, and where there are spaces at a word. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '');
  return `${cut.replace(/(?<=.{80})\s\S*$/s, '')}…`;
}
