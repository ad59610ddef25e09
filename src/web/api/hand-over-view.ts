/** What the API tells of a petition's way to the office: where it stands, the tries, the follow-ups, and what is due. */
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Clock } from '../../clock.ts';
import { readFollowUps, type FollowUp } from '../../petitions/follow-up-table.ts';
import { courseOf } from '../../petitions/hand-in-course.ts';
import { handInFileTable, type HandInFile } from '../../petitions/hand-in-file-table.ts';
import { readHandIns, type HandIn } from '../../petitions/hand-in-table.ts';
import { overdueOf, type Overdue, type ShortPetition } from '../../petitions/overdue.ts';
import type { Petition } from '../../petitions/petition-table.ts';
import type { Database } from '../../storage/database.ts';
import { iso } from '../iso.ts';

interface Needs {
  database: Database;
  clock: Clock;
  book: CampaignBook;
}

export async function handOverView({ database, clock, book }: Needs, petition: Petition) {
  const { read } = database;
  const [tries, followUps] = [await readHandIns(read, [petition.id]), await readFollowUps(read, [petition.id])];
  const files = await read.findBy(handInFileTable, { petitionId: petition.id });
  const rules = book.find(petition.campaign)?.petitionRules;
  return {
    course: courseOf(petition.state, tries),
    due: dueView(rules && overdueOf(petition, { tries, followUps }, rules, clock.now())),
    hand_ins: tries.map((each) => handInView(each, files)),
    follow_ups: followUps.map(followUpView),
  };
}

/** One petition of a list. */
export function shortView(petition: ShortPetition, tries: readonly HandIn[], overdue: Overdue | undefined) {
  const { id, serial, target, state, names, withheld, volumes, digest, sealedAt, filesAt } = petition;
  return {
    id,
    serial,
    target,
    state,
    course: courseOf(state, tries),
    due: dueView(overdue),
    names,
    withheld,
    volumes,
    digest,
    sealed_at: iso(sealedAt),
    files_ready: filesAt !== null,
    tries: tries.filter((each) => each.struckAt === null).length,
  };
}

export function handInView(handIn: HandIn, files: readonly HandInFile[] = []) {
  const { id, at, outcome, place, carrier, reference, note, recordedAt, recordedBy, struckAt } = handIn;
  return {
    id,
    at: iso(at),
    outcome,
    place,
    carrier,
    reference,
    note,
    recorded_at: iso(recordedAt),
    recorded_by: recordedBy,
    files: files.filter((each) => each.handInId === id).map(handInFileView),
    struck: struckAt === null ? null : { at: iso(struckAt), by: handIn.struckBy, reason: handIn.strikeReason },
  };
}

export function handInFileView({ id, type, bytes, sha256, addedAt, addedBy }: HandInFile) {
  return { id, type, bytes, sha256, added_at: iso(addedAt), added_by: addedBy };
}

export function followUpView({ id, at, what, reference, note, recordedAt, recordedBy }: FollowUp) {
  return { id, at: iso(at), what, reference, note, recorded_at: iso(recordedAt), recorded_by: recordedBy };
}

function dueView(overdue: Overdue | undefined) {
  return overdue ? { why: overdue.why, since: iso(overdue.since) } : null;
}
