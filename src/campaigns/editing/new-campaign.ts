/** The files of a new campaign, made from a few answers and the starters of its languages. It begins as a draft. */
import { Document } from 'yaml';
import { fillVariables } from '../variables.ts';
import { layout } from './change-yaml.ts';
import { type Starter, starterFor } from './starters.ts';
import { fileOf, textFrom } from './text-fields.ts';

/** What staff tell about a new campaign; texts by language. */
export interface NewCampaign {
  languages: readonly string[];
  title: Readonly<Record<string, string>>;
  organisation: Readonly<Record<string, string>>;
  privacyPolicy: Readonly<Record<string, string>>;
  target: {
    id: string;
    name: Readonly<Record<string, string>>;
    salutation: Readonly<Record<string, string>>;
    mailboxes: readonly string[];
    timeZone: string;
    perHour: number;
  };
  period: { from: string; to: string; planned: boolean; timeZone: string; words: Readonly<Record<string, string>> };
  senderAddress: string;
  /** Names the version of the consents: the day on which the campaign is made. */
  today: string;
}

/** Writes the files of a campaign. They say what is given; whether it is right, the check of campaigns tells. */
export function newCampaignFiles(
  campaign: NewCampaign,
  starters: Readonly<Record<string, Starter>>,
): Map<string, string> {
  const files = new Map([['campaign.yaml', settings(campaign, starters)]]);
  for (const language of campaign.languages) {
    const { page, letter, petition } = starterFor(starters, language);
    const title = campaign.title[language] ?? '';
    const hints = Object.fromEntries(Object.entries(page.hints).map(([field, text]) => [`hints.${field}`, text]));
    const period = campaign.period.words[language] ?? '';
    files.set(
      fileOf('page', language),
      textFrom('page', '', { ...hints, title, period, short: page.short, long: page.long }),
    );
    files.set(fileOf('letter', language), textFrom('letter', '', { ...letter }));
    files.set(fileOf('petition', language), textFrom('petition', '', { ...petition }));
  }
  return files;
}

function settings(campaign: NewCampaign, starters: Readonly<Record<string, Starter>>): string {
  const { languages, organisation, privacyPolicy, target, period, today } = campaign;
  const words = (of: (starter: Starter, language: string) => string): Record<string, string> =>
    Object.fromEntries(
      languages.map((language) => {
        const text = of(starterFor(starters, language), language);
        return [
          language,
          fillVariables(text, (name) => (name === 'organisation' ? (organisation[language] ?? '') : '')),
        ];
      }),
    );
  const { planned, from, to, timeZone } = period;
  const document = new Document({
    draft: true,
    languages,
    organisation: { name: organisation, privacyPolicy },
    period: { from, to, ...(planned ? { planned } : {}), timeZone },
    sender: { identity: 'reply-to', address: campaign.senderAddress },
    targets: [
      {
        id: target.id,
        name: target.name,
        salutation: target.salutation,
        mailboxes: target.mailboxes,
        timeZone: target.timeZone,
        pace: { perHour: target.perHour },
      },
    ],
    consents: [
      { id: 'send', version: today, required: true, text: words((starter) => starter.consents.send) },
      { id: 'hand-over', version: today, required: true, text: words((starter) => starter.consents['hand-over']) },
      { id: 'contact', version: today, required: false, text: words((starter) => starter.consents.contact) },
    ],
  });
  return document.toString(layout);
}
