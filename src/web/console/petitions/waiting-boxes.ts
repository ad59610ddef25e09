/** What would be on the next petition of each target, and the choices whose names to take. */
import type { Campaign } from '../../../campaigns/campaign.ts';
import { countWaiting } from '../../../petitions/waiting-names.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { campaignTitle, targetName } from './names-shown.ts';
import { petitionWords } from './petition-words.ts';
import { counted } from './standing.ts';

/** Stands for every campaign that writes to the target; no campaign is named so, since a slug has no asterisk. */
export const allCampaigns = '*';

interface WaitingPart {
  campaign: Campaign;
  names: number;
  withheld: number;
}

interface WaitingBox {
  target: string;
  name: string;
  names: number;
  withheld: number;
  shown: { names: string; withheld: string };
  choices: { value: string; text: string }[];
}

/** The campaigns that write to a target, each with what waits. */
export async function partsOf({ book, database, clock }: ConsoleNeeds, target: string): Promise<WaitingPart[]> {
  const campaigns = book.campaigns.filter(({ targets }) => targets.some(({ id }) => id === target));
  const parts: WaitingPart[] = [];
  for (const campaign of campaigns) {
    const waiting = { campaign: campaign.slug, target, signedUntil: clock.now() };
    parts.push({ campaign, ...(await countWaiting(database.read, waiting)) });
  }
  return parts;
}

/** One box for a target; undefined when no name waits. */
export async function boxOf(needs: ConsoleNeeds, visit: StaffVisit, target: string): Promise<WaitingBox | undefined> {
  const parts = (await partsOf(needs, target)).filter(({ names, withheld }) => names + withheld > 0);
  if (parts.length === 0) return undefined;
  const { waiting } = visit.words(petitionWords);
  const names = parts.reduce((sum, part) => sum + part.names, 0);
  const withheld = parts.reduce((sum, part) => sum + part.withheld, 0);
  const able = parts.filter((part) => part.names > 0);
  const each = able.map(({ campaign: { slug }, names: n }) => ({
    value: slug,
    text: fill(waiting.of, { campaign: campaignTitle(needs, visit, slug), ...counted(visit, { n }) }),
  }));
  const together = { value: allCampaigns, text: fill(waiting.together, counted(visit, { n: names })) };
  return {
    target,
    name: targetName(needs, visit, target),
    names,
    withheld,
    shown: {
      ...counted(visit, { names }),
      withheld: fill(waiting.withheld, { n: counted(visit, { withheld }).withheld }),
    },
    choices: each.length > 1 ? [together, ...each] : each,
  };
}
