/** The petition of an address, and the zone its times are told in. */
import { AppError } from '../../../errors.ts';
import { idPattern } from '../../../ids.ts';
import { petitionTable, type Petition } from '../../../petitions/petition-table.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';

/** A part of the address; empty when it is not there. */
export function partOf({ request }: StaffVisit, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/** Throws `not-found`. */
export async function findPetition({ database }: ConsoleNeeds, visit: StaffVisit): Promise<Petition> {
  const id = partOf(visit, 'id');
  const petition = idPattern.test(id) ? await database.read.findOneBy(petitionTable, { id }) : null;
  if (!petition) throw new AppError('not-found', 'There is no such petition.');
  return petition;
}

/** Undefined when its campaign is no longer installed: then times are those of the installation. */
export function zoneOf({ book }: ConsoleNeeds, campaign: string): string | undefined {
  return book.find(campaign)?.period.timeZone;
}
