/** One petition: how far it is, what it is, its files, and what became of it. */
import { readFollowUps } from '../../../petitions/follow-up-table.ts';
import { courseOf, endedLetters } from '../../../petitions/hand-in-course.ts';
import { handInFileTable } from '../../../petitions/hand-in-file-table.ts';
import { readHandIns, type HandIn } from '../../../petitions/hand-in-table.ts';
import { overdueOf } from '../../../petitions/overdue.ts';
import type { Petition } from '../../../petitions/petition-table.ts';
import type { FieldProblem } from '../../../errors.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { findPetition, zoneOf } from './find-petition.ts';
import { actorNames, campaignTitle, targetName } from './names-shown.ts';
import { petitionWords } from './petition-words.ts';
import { counted, progressView, standingOf } from './standing.ts';

export function petitionRoute(door: Door, needs: ConsoleNeeds): void {
  door.get('/petitions/:id', 'read', async (visit) => showPetition(needs, visit, await findPetition(needs, visit)));
}

/** `problems`: what was wrong with a photo that was sent, by `photo-` and the id of its try. */
export async function showPetition(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  petition: Petition,
  problems: readonly FieldProblem[] = [],
): Promise<void> {
  const { database, book, clock } = needs;
  const words = visit.words(petitionWords);
  const { id, serial, state, names, withheld, failures } = petition;
  const tries = await readHandIns(database.read, [id]);
  const followUps = await readFollowUps(database.read, [id]);
  const files = await database.read.findBy(handInFileTable, { petitionId: id });
  const rules = book.find(petition.campaign)?.petitionRules;
  const overdue = rules && overdueOf(petition, { tries, followUps }, rules, clock.now());
  const zone = zoneOf(needs, petition.campaign);
  const at = (instant: number) => visit.moment(instant, zone);
  const actors = [petition.sealedBy, ...[...tries, ...followUps].map((each) => each.recordedBy)];
  const nameOf = await actorNames(needs, [...actors, ...tries.map((each) => each.struckBy)]);
  const course = courseOf(state, tries);
  const isSealed = state === 'sealed' && petition.filesAt !== null;
  const tryView = (handIn: HandIn) => ({
    ...handIn,
    at: at(handIn.at),
    by: nameOf(handIn.recordedBy),
    outcomeText: words.outcomes[handIn.outcome],
    struck: handIn.struckAt === null ? undefined : { at: at(handIn.struckAt), by: nameOf(handIn.struckBy ?? '') },
    files: files.filter((file) => file.handInId === handIn.id),
    canStrike: visit.may('deliver') && handIn.struckAt === null && !endedLetters(state, handIn, tries),
  });
  visit.show('petition', {
    title: fill(words.one, { serial }),
    words,
    status: problems.length > 0 ? 422 : 200,
    problems,
    petition,
    path: `/console/petitions/${id}`,
    standing: standingOf(petition, tries),
    progress: progressView(visit, petition),
    failure:
      failures === 0 || state !== 'sealed' || petition.filesAt !== null
        ? undefined
        : failureView(visit, petition, zone),
    due: overdue && {
      why: words.due[overdue.why],
      since: fill(words.due.since, { time: at(overdue.since).text }),
    },
    facts: {
      target: targetName(needs, visit, petition.target),
      campaigns: petition.campaigns.map((each, _index, all) => ({
        title: campaignTitle(needs, visit, each.slug),
        names: all.length > 1 && fill(words.facts['names-of'], { n: counted(visit, { names: each.names }).names }),
      })),
      ...counted(visit, { names }),
      withheld: withheld > 0 && fill(words.facts.withheld, { n: counted(visit, { withheld }).withheld }),
      sealed: at(petition.sealedAt),
      by: fill(words.facts.by, { who: nameOf(petition.sealedBy) }),
      voided: petition.voidedAt === null ? undefined : at(petition.voidedAt),
    },
    volumes: petition.manifest?.volumes.map(({ volume, pages, from, to, letter }) => ({
      volume,
      title: fill(words.files.volume, counted(visit, { volume })),
      text: fill(words.files.part, counted(visit, { pages, from, to })),
      letter: letter && {
        title: fill(words.files.letter, counted(visit, { volume })),
        text: fill(words.files['letter-part'], counted(visit, { pages: letter.pages })),
      },
    })),
    tries: tries.map(tryView).toReversed(),
    followUps: followUps.toReversed().map((each) => ({ ...each, at: at(each.at), by: nameOf(each.recordedBy) })),
    canDeliver: visit.may('deliver'),
    canRead: visit.may('names'),
    canTry: visit.may('deliver') && isSealed,
    canFollow: visit.may('deliver') && petition.filesAt !== null && state !== 'void',
    canVoid: visit.may('deliver') && (state === 'sealed' || state === 'sealing'),
    isOnItsWay: course === 'on-its-way',
  });
}

function failureView(
  visit: StaffVisit,
  { failedReason, failedName, dueAt }: Petition,
  zone: string | undefined,
): object {
  const { failure } = visit.words(petitionWords);
  return {
    reason: failedReason,
    name: failedName === null ? undefined : fill(failure.name, counted(visit, { number: failedName })),
    again: dueAt === null ? undefined : fill(failure.again, { time: visit.moment(dueAt, zone).text }),
  };
}
