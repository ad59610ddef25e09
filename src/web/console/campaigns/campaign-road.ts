/** The road of one campaign's letters: how many are at each place now, and what happened over time. */
import { day } from '../../../clock.ts';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { countStates } from '../../../ledger/numbers.ts';
import type { LetterState } from '../../../letters/letter-states.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { Plot } from '../plots/bars.ts';
import { mostDays, spanOf } from '../plots/columns.ts';
import { letterPlot, returnPlot, signaturePlot } from '../plots/letter-plots.ts';
import { targetWords } from '../targets/target-words.ts';
import type { StaffVisit } from '../visit.ts';

/** The two roads and what stands beside them; together every state once. */
const roads = {
  mail: ['queued', 'sending', 'accepted', 'delivered'],
  hand: ['for_hand', 'petitioned', 'handed_in'],
  beside: ['held', 'in_doubt', 'refused', 'returned', 'withdrawn'],
} as const satisfies Record<string, readonly LetterState[]>;

interface Place {
  state: LetterState;
  label: string;
  n: string;
  isEmpty: boolean;
}

interface CampaignRoad {
  all: string;
  places: Record<keyof typeof roads, Place[]>;
  plots: Plot[];
}

export async function campaignRoad(
  { activity, clock, database }: ConsoleNeeds,
  visit: StaffVisit,
  { slug, period }: Campaign,
): Promise<CampaignRoad> {
  const words = visit.words(targetWords).states;
  const written = (n: number): string => n.toLocaleString(visit.frame.dates);
  const states = await countStates(database, slug);
  const placesOf = (road: readonly LetterState[]): Place[] =>
    road.map((state) => ({ state, label: words[state], n: written(states[state]), isEmpty: states[state] === 0 }));

  const now = clock.now();
  const counts = (await activity.between(now - mostDays * day, now)).filter(({ campaign }) => campaign === slug);
  const span = { ...spanOf(counts, now), timeZone: period.timeZone };
  return {
    all: written(Object.values(states).reduce((sum, n) => sum + n, 0)),
    places: { mail: placesOf(roads.mail), hand: placesOf(roads.hand), beside: placesOf(roads.beside) },
    plots: [
      signaturePlot(visit, counts, span),
      letterPlot(visit, visit.frame.plots.letters, counts, span),
      returnPlot(visit, counts, span),
    ],
  };
}
