/** What stands on the paper around the names: the cover letter in every language of the campaign. */
import { inLanguage } from '../campaigns/campaign-book.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { textDirection } from '../campaigns/text-direction.ts';
import { fillVariables } from '../campaigns/variables.ts';
import type { Words } from '../campaigns/words.ts';
import { AppError } from '../errors.ts';
import { localDate } from '../intake/signature.ts';
import type { CoverLetter, PetitionSheet } from './petition-sheet.ts';
import type { Petition } from './petition-table.ts';

/** What the sheet says of a petition. */
export type SheetFacts = Pick<Petition, 'serial' | 'target' | 'names' | 'volumes' | 'digest' | 'sealedAt'>;

/** Fills the campaign's cover letters with the facts of one petition. */
export function writeSheet(
  campaign: Campaign,
  petition: SheetFacts,
  words: Readonly<Record<string, Words>>,
): PetitionSheet {
  const target = campaign.targets.find((each) => each.id === petition.target);
  if (!target) throw new AppError('not-found', 'The target of this petition is not in its campaign any more.');
  const first = campaign.languages[0] ?? 'en';
  const covers = campaign.languages.map((language): CoverLetter => {
    const own = words[language];
    const text = campaign.petition[language];
    if (!own || !text) throw new AppError('internal', `no words for ${language}`);
    const facts: Record<string, string> = {
      count: new Intl.NumberFormat(language).format(petition.names),
      period: campaign.page[language]?.period ?? '',
      target: inLanguage(target.name, language),
      organisation: inLanguage(campaign.organisation.name, language),
      date: new Intl.DateTimeFormat(own.dates, { dateStyle: 'long', timeZone: campaign.period.timeZone }).format(
        petition.sealedAt,
      ),
    };
    const paragraphs = fillVariables(text.body, (name) => facts[name] ?? '')
      .split(/\n{2,}/)
      .map((paragraph) => paragraph.trim());
    return {
      language,
      direction: textDirection(language),
      title: text.title,
      // Campaigners write the salutation where it belongs in their letter.
      salutation: '',
      paragraphs: paragraphs.filter((paragraph) => paragraph !== ''),
      organisation: facts['organisation'] ?? '',
      period: facts['period'] ?? '',
      labels: own.petition,
    };
  });
  return {
    number: petition.serial,
    covers,
    target: inLanguage(target.name, first),
    count: petition.names,
    volumes: petition.volumes,
    date: localDate(petition.sealedAt, campaign.period.timeZone),
    digest: petition.digest,
    paper: 'a4',
  };
}
