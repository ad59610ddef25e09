/** The target of an address, and the zone its times are told in. */
import type { Target } from '../../../campaigns/campaign.ts';
import { AppError } from '../../../errors.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { partOf } from '../petitions/find-petition.ts';
import type { StaffVisit } from '../visit.ts';

/** Throws `not-found`. */
export function findTarget({ book }: Pick<ConsoleNeeds, 'book'>, visit: StaffVisit): Target {
  const target = book.target(partOf(visit, 'id'));
  if (!target) throw new AppError('not-found', 'There is no such target.');
  return target;
}

/** That of the first campaign that writes to it. */
export function zoneFor({ book }: Pick<ConsoleNeeds, 'book'>, target: string): string | undefined {
  return book.campaigns.find(({ targets }) => targets.some(({ id }) => id === target))?.period.timeZone;
}
