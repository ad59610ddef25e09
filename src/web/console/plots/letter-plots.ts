/** The three plots about letters: people who signed, letters that were sent, and what came back. */
import type { ActivityCount, ActivityKind } from '../../../ledger/activity.ts';
import type { StaffVisit } from '../visit.ts';
import { plotOf, type Plot } from './bars.ts';
import { columnsOf, type Span } from './columns.ts';

type Where = Omit<Span, 'dates'>;

export function signaturePlot(visit: StaffVisit, counts: readonly ActivityCount[], span: Where): Plot {
  return plot(visit, visit.frame.plots.signatures, { kinds: ['signed'], counts, span });
}

export function letterPlot(visit: StaffVisit, title: string, counts: readonly ActivityCount[], span: Where): Plot {
  return plot(visit, title, { kinds: ['accepted', 'put-off', 'refused'], counts, span });
}

export function returnPlot(visit: StaffVisit, counts: readonly ActivityCount[], span: Where): Plot {
  const kinds: ActivityKind[] = ['by-office', 'by-signer', 'by-us', 'other'];
  return plot(visit, visit.frame.plots.back, { kinds, counts, span });
}

function plot(
  visit: StaffVisit,
  title: string,
  { kinds, counts, span }: { kinds: readonly ActivityKind[]; counts: readonly ActivityCount[]; span: Where },
): Plot {
  const { dates, plots } = visit.frame;
  const series = kinds.map((key) => ({ key, label: plots[key] }));
  return plotOf(title, { series, columns: columnsOf(counts, { ...span, dates }), dates });
}
