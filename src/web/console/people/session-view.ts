/** Sessions as the pages list them: in which browser, since when, last seen when. */
import type { StaffSession } from '../../../staff/session-table.ts';
import type { Moment } from '../../pages/page-dates.ts';
import type { Visit } from '../visit.ts';

export interface SessionView {
  id: string;
  browser: string;
  since: Moment;
  seen: Moment;
}

export function sessionViews(visit: Visit, sessions: readonly StaffSession[]): SessionView[] {
  return sessions.map(({ id, agent, createdAt, seenAt }) => ({
    id,
    browser: browserOf(agent),
    since: visit.moment(createdAt),
    seen: visit.moment(seenAt),
  }));
}

/** Each claims to be those behind it too. */
const browsers: readonly [name: string, sign: RegExp][] = [
  ['Edge', /\bEdg/],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /Chrom(e|ium)\/|\bCriOS\//],
  ['Safari', /\bSafari\//],
];
const systems: readonly [name: string, sign: RegExp][] = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

/** `Firefox, Linux`; of one we do not know, the beginning of what it calls itself. */
function browserOf(agent: string): string {
  const known = [browsers, systems].flatMap((list) => list.find(([, sign]) => sign.test(agent))?.[0] ?? []);
  return known.length > 0 ? known.join(', ') : agent.slice(0, 40) || '–';
}
