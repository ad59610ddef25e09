/** Times as a field for day and time holds them: without a zone, meant in that of the campaign. */
import { minute, type Instant } from '../../../clock.ts';

/** `YYYY-MM-DDTHH:MM` on the clocks of the zone. */
export function localTime(at: Instant, timeZone: string): string {
  const parts = { dateStyle: 'short', timeStyle: 'short', timeZone } as const;
  return new Intl.DateTimeFormat('sv-SE', parts).format(at).replace(' ', 'T');
}

/** The instant at which clocks of the zone show this; undefined for what is no time. Of an hour that comes twice, one. */
export function instantOf(local: string, timeZone: string): Instant | undefined {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(wall)) return undefined;
  const ahead = (at: Instant): number => Date.parse(`${localTime(at, timeZone)}Z`) - (at - (at % minute));
  // The second look is for times near the change to or from summer time.
  return wall - ahead(wall - ahead(wall));
}
