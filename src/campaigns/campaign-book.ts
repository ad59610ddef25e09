/** All campaigns of this installation, looked up by slug or by target. */
import type { Campaign, Target } from './campaign.ts';

export interface CampaignBook {
  readonly campaigns: readonly Campaign[];
  /** Every target once, however many campaigns write to it: channel and pace belong to the target. */
  readonly targets: readonly Target[];
  find(slug: string): Campaign | undefined;
  target(id: string): Target | undefined;
  /** Every campaign that writes to a target, `first` in front. */
  addressing(target: string, first: Campaign): readonly Campaign[];
}

/** Makes the book. Loading has checked that campaigns sharing a target define it alike. */
export function createCampaignBook(campaigns: readonly Campaign[]): CampaignBook {
  const bySlug = new Map(campaigns.map((campaign) => [campaign.slug, campaign]));
  const byTarget = new Map(campaigns.flatMap((campaign) => campaign.targets).map((target) => [target.id, target]));
  return {
    campaigns,
    targets: [...byTarget.values()],
    find: (slug) => bySlug.get(slug),
    target: (id) => byTarget.get(id),
    addressing: (target, first) => [
      first,
      ...campaigns.filter((one) => one.slug !== first.slug && one.targets.some(({ id }) => id === target)),
    ],
  };
}

/** The same book for everybody who is not staff: campaigns that are still being written are not in it. */
export function withoutDrafts(book: CampaignBook): CampaignBook {
  return {
    get campaigns() {
      return book.campaigns.filter(({ draft }) => !draft);
    },
    get targets() {
      return book.targets;
    },
    find(slug) {
      const campaign = book.find(slug);
      return campaign?.draft ? undefined : campaign;
    },
    target: (id) => book.target(id),
    addressing: (target, first) => book.addressing(target, first).filter(({ draft }) => !draft),
  };
}

/** Words in the wanted language, or in the first language of the record. */
export function inLanguage(words: Readonly<Record<string, string>>, language: string): string {
  return words[language] ?? Object.values(words)[0] ?? '';
}
