/** What stands on the paper around the names: the cover letter in every language of the campaign. */
import { inLanguage } from '../campaigns/campaign-book.ts';
import type { Campaign, Target } from '../campaigns/campaign.ts';
import { textDirection } from '../campaigns/text-direction.ts';
import { fillVariables, hasVariable } from '../campaigns/variables.ts';
import { wordsFor, type Words } from '../campaigns/words.ts';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { localDate } from '../intake/signature.ts';
import type { CoverLetter, PetitionSheet } from './petition-sheet.ts';
import type { Petition } from './petition-table.ts';

/** What the sheet says of a petition. It must be fixed when it is sealed, or its files would not be the same twice. */
export type SheetFacts = Pick<Petition, 'serial' | 'target' | 'names' | 'volumes' | 'digest' | 'sealedAt'> & {
  /** Names that were left out. */
  withheld?: number;
  /** Since when mail to the target has not been accepted. */
  mailStoppedAt?: Instant | null;
  /** What was signed, when the petition covers several campaigns. */
  campaigns?: readonly { slug: string; names: number }[];
};

/** Fills the campaign's cover letters with the facts of one petition; `find` gives the other campaigns it covers. */
export function writeSheet(
  campaign: Campaign,
  petition: SheetFacts,
  words: Readonly<Record<string, Words>>,
  find: (slug: string) => Campaign | undefined = () => undefined,
): PetitionSheet {
  const target = campaign.targets.find((each) => each.id === petition.target);
  if (!target) throw new AppError('not-found', 'The target of this petition is not in its campaign any more.');
  const parts = partsOf(petition.campaigns ?? [], (slug) => (slug === campaign.slug ? campaign : find(slug)));
  const covers = campaign.languages.map((language): CoverLetter => {
    const own = wordsFor(words, language);
    if (!own) throw new AppError('internal', `no words for ${language}`);
    return {
      ...letterIn(language, { campaign, target, petition, words: own }),
      campaigns: parts.length < 2 ? [] : parts.map((part) => part(language)),
    };
  });
  return {
    number: petition.serial,
    covers,
    target: inLanguage(target.name, campaign.languages[0] ?? 'en'),
    count: petition.names,
    volumes: petition.volumes,
    date: localDate(petition.sealedAt, campaign.period.timeZone),
    digest: petition.digest,
    paper: campaign.petitionRules.paper,
    namesLetter: campaign.petitionRules.namesLetter,
    ...layoutOf(campaign, target.id),
  };
}

function layoutOf({ sheets }: Campaign, target: string): Pick<PetitionSheet, 'layout'> {
  const own = Object.hasOwn(sheets.targets, target) ? sheets.targets[target] : undefined;
  if (own !== undefined) return { layout: { file: `petition.${target}.typ`, text: own } };
  return sheets.all === undefined ? {} : { layout: { file: 'petition.typ', text: sheets.all } };
}

function letterIn(
  language: string,
  { campaign, target, petition, words }: { campaign: Campaign; target: Target; petition: SheetFacts; words: Words },
): Omit<CoverLetter, 'campaigns'> {
  const text = campaign.petition[language];
  if (!text) throw new AppError('internal', `no cover letter in ${language}`);
  const day = (at: Instant): string =>
    new Intl.DateTimeFormat(words.dates, { dateStyle: 'long', timeZone: campaign.period.timeZone }).format(at);
  const count = (number: number): string => new Intl.NumberFormat(language).format(number);
  const stopped = campaign.petitionRules.whyOnPaper ? petition.mailStoppedAt : undefined;
  const facts: Record<string, string> = {
    count: count(petition.names),
    number: petition.serial,
    period: campaign.page[language]?.period ?? '',
    target: inLanguage(target.name, language),
    salutation: inLanguage(target.salutation, language),
    organisation: inLanguage(campaign.organisation.name, language),
    date: day(petition.sealedAt),
    why: stopped === undefined || stopped === null ? '' : fillVariables(words.petition.whyOnPaper, () => day(stopped)),
  };
  const fill = (source: string): string => fillVariables(source, (name) => facts[name] ?? '');
  const body = hasVariable(text.body, 'why') ? text.body : `${text.body}\n\n{{why}}`;
  const { whyOnPaper: _, withheld, received, ...labels } = words.petition;
  const withheldNote = petition.withheld ? fillVariables(withheld, () => count(petition.withheld ?? 0)) : undefined;
  return {
    language,
    direction: textDirection(language),
    title: text.title,
    // A text that addresses the target in its own way is left alone.
    salutation: ['salutation', 'target'].some((name) => hasVariable(text.body, name))
      ? ''
      : (facts['salutation'] ?? ''),
    paragraphs: fill(body)
      .split(/\n{2,}/)
      .map((paragraph) => paragraph.trim())
      .filter((paragraph) => paragraph !== ''),
    organisation: facts['organisation'] ?? '',
    period: facts['period'] ?? '',
    received: fill(received),
    ...(withheldNote !== undefined && { withheldNote }),
    labels,
  };
}

/** For each campaign what it asks, and which numbers stand for it: nobody signed for the others. */
function partsOf(
  campaigns: readonly { slug: string; names: number }[],
  find: (slug: string) => Campaign | undefined,
): ((language: string) => { title: string; count: string })[] {
  let before = 0;
  return campaigns.map(({ slug, names }) => {
    const [from, to] = [before + 1, before + names];
    before = to;
    const titles = Object.entries(find(slug)?.petition ?? {}).map(([tag, { title }]): [string, string] => [tag, title]);
    return (language) => {
      const count = new Intl.NumberFormat(language);
      const title = inLanguage(Object.fromEntries(titles), language) || slug;
      return { title, count: `${count.format(from)}–${count.format(to)} (${count.format(names)})` };
    };
  });
}
