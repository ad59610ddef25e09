/** What is missing before a campaign may open, and what is ready: a list a person can work off. */
import type { Campaign } from '../campaign.ts';
import { eachToken, linkAddress } from '../markdown.ts';
import type { Files } from '../versions/versions.ts';
import { type TextName, type Translation, textNames, translations } from './translations.ts';

/** `must`: it cannot open so. `should`: it can, but somebody should look. */
export type Level = 'must' | 'should';

/** Keys of `check` in the files of words; each finding is one sentence there. */
export const findingKinds = [
  'missing',
  'unwritten',
  'older',
  'preparing',
  'over',
  'sample-mailbox',
  'sample-sender',
  'sample-privacy',
  'plain-privacy',
  'unsigned',
  'link',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** The parts of the list, in the order of the page. */
export const checkParts = ['texts', 'translations', 'target', 'period', 'sender', 'links'] as const;
export type CheckPart = (typeof checkParts)[number];

export interface Finding {
  part: CheckPart;
  level: Level;
  kind: FindingKind;
  language?: string;
  text?: TextName;
  /** An address of a link or a domain: nothing private. */
  value?: string;
}

export interface OpeningFacts {
  campaign: Campaign;
  files: Files;
  /** In which version each file last changed (`lastChanges`). */
  changes?: ReadonlyMap<string, number>;
  /** Today in the campaign's time zone. */
  today: string;
  /** With the simulated embassy made-up addresses are right. */
  isRehearsal: boolean;
  /** Domains whose DKIM key we hold; undefined where that cannot be seen. */
  signedDomains?: ReadonlySet<string> | undefined;
}

/** Everything that keeps a campaign from opening, or that somebody should look at first. */
export function openingCheck(facts: OpeningFacts): Finding[] {
  const { campaign, files, changes, today, isRehearsal } = facts;
  const found: Finding[] = translations(files, changes).flatMap(ofTranslation);
  if (campaign.period.to < today) found.push({ part: 'period', level: 'must', kind: 'over' });
  if (!isRehearsal) found.push(...ofAddresses(campaign, facts.signedDomains));
  found.push(...ofPrivacy(campaign), ...ofLinks(campaign));
  return found;
}

function ofTranslation({ language, isShown, texts, isComplete }: Translation): Finding[] {
  if (!isShown) {
    return isComplete ? [] : [{ part: 'translations', level: 'should', kind: 'preparing', language }];
  }
  return textNames.flatMap((text): Finding[] => {
    const state = texts[text];
    if (state === 'there') return [];
    if (state === 'older') return [{ part: 'translations', level: 'should', kind: 'older', language, text }];
    return [{ part: 'texts', level: 'must', kind: state, language, text }];
  });
}

function ofAddresses({ targets, sender, organisation }: Campaign, signed: OpeningFacts['signedDomains']): Finding[] {
  const found: Finding[] = [];
  if (targets.some(({ mailboxes }) => mailboxes.some((address) => isSample(domainIn(address)))))
    found.push({ part: 'target', level: 'must', kind: 'sample-mailbox' });
  const domain = domainIn(sender.address);
  if (isSample(domain)) found.push({ part: 'sender', level: 'must', kind: 'sample-sender' });
  else if (signed?.has(domain) === false)
    found.push({ part: 'sender', level: 'should', kind: 'unsigned', value: domain });
  for (const [language, address] of Object.entries(organisation.privacyPolicy)) {
    if (isSample(URL.parse(address)?.hostname ?? ''))
      found.push({ part: 'links', level: 'must', kind: 'sample-privacy', language });
  }
  return found;
}

/** A policy is read before consenting: nobody between should be able to change it. */
function ofPrivacy({ organisation }: Campaign): Finding[] {
  return Object.entries(organisation.privacyPolicy)
    .filter(([, address]) => URL.parse(address)?.protocol === 'http:')
    .map(([language]) => ({ part: 'links', level: 'should', kind: 'plain-privacy', language }));
}

/** Links that lead to a sample, or over a wire that anybody can read. */
function ofLinks(campaign: Campaign): Finding[] {
  return campaign.languages.flatMap((language) =>
    (['letter', 'page'] as const).flatMap((text) =>
      [...linksIn(campaign, text, language)]
        .filter((address) => {
          const url = URL.parse(address);
          return url !== null && (url.protocol === 'http:' || isSample(url.hostname));
        })
        .map((value): Finding => ({ part: 'links', level: 'should', kind: 'link', language, text, value })),
    ),
  );
}

/** Where the links of a text lead, each once. A letter is Markdown, a page is HTML that was made of it. */
function linksIn(campaign: Campaign, text: 'letter' | 'page', language: string): Set<string> {
  const found = new Set<string>();
  if (text === 'page') {
    const { short = '', long = '' } = campaign.page[language] ?? {};
    for (const [, address = ''] of `${short}${long}`.matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      found.add(address.replaceAll('&amp;', '&'));
    }
    return found;
  }
  eachToken(campaign.letter[language]?.body ?? '', (token) => {
    const address = token.type === 'link' ? linkAddress(token) : undefined;
    if (address !== undefined) found.add(address);
  });
  return found;
}

/** RFC 2606 and RFC 6761: names that lead nowhere, for samples alone. */
function isSample(domain: string): boolean {
  return /(^|\.)(example|test|invalid|localhost|example\.(com|net|org))$/i.test(domain);
}

function domainIn(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
