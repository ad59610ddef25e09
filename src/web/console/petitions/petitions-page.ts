/** *Petitions*: what would be on the next ones, and all that there are. */
import { AppError } from '../../../errors.ts';
import { listPetitions, type ListedPetition } from '../../../petitions/overdue.ts';
import { sealPetition } from '../../../petitions/seal-petition.ts';
import { patience } from '../../api/petitions.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { ConsolePage } from '../console-page.ts';
import { beforeOf, pageOf, rowsAPage } from '../paging.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { fileRoutes } from './file-routes.ts';
import { partOf, zoneOf } from './find-petition.ts';
import { targetName } from './names-shown.ts';
import { petitionRoute } from './petition-page.ts';
import { petitionWords } from './petition-words.ts';
import { counted, progressView, standingOf } from './standing.ts';
import { tryRoutes } from './try-pages.ts';
import { voidRoutes } from './void-page.ts';
import { allCampaigns, boxOf, partsOf } from './waiting-boxes.ts';
import { waitingRoutes } from './waiting-page.ts';
import { wordRoutes } from './word-page.ts';

export const petitionsPage: ConsolePage = {
  words: [petitionWords],
  menu: { key: 'petitions', href: '/console/petitions', need: 'read' },
  routes(door, needs) {
    door.get('/petitions', 'read', (visit) => showPetitions(needs, visit));
    door.post(
      '/petitions/waiting/:id/compile',
      { need: 'deliver', recorded: { what: 'petition.compile' } },
      async (visit) => compile(needs, visit),
    );
    waitingRoutes(door, needs);
    petitionRoute(door, needs);
    fileRoutes(door, needs);
    tryRoutes(door, needs);
    wordRoutes(door, needs);
    voidRoutes(door, needs);
  },
};

async function compile(needs: ConsoleNeeds, visit: StaffVisit): Promise<void> {
  const target = partOf(visit, 'id');
  const wanted = visit.form['which'];
  const parts = (await partsOf(needs, target)).filter(
    ({ campaign, names }) => wanted === campaign.slug || (wanted === allCampaigns && names > 0),
  );
  const campaigns = parts.map(({ campaign }) => campaign);
  if (!needs.book.target(target)) throw new AppError('not-found', 'There is no such target.');
  if (campaigns.length === 0) throw new AppError('conflict', 'No name waits for a petition to this target.');
  const sealing = { ...needs, sealed: () => needs.metrics.petition('sealed') };
  const { id, serial } = await sealPetition(sealing, { campaigns, target, by: visit.signedIn.staff.id }, patience);
  await visit.done(`/console/petitions/${id}`, fill(visit.words(petitionWords).waiting.begun, { serial }));
}

async function showPetitions(needs: ConsoleNeeds, visit: StaffVisit): Promise<void> {
  const { request } = visit;
  const { book, database, clock } = needs;
  const words = visit.words(petitionWords);
  const wanted = { book, now: clock.now(), limit: rowsAPage + 1, before: beforeOf(request) };
  const found = await listPetitions(database.read, wanted);
  const listed = found.map((each) => ({ id: each.petition.id, ...each }));
  const paged = pageOf(listed, request, '/console/petitions');
  const boxes = [];
  for (const { id } of book.targets) boxes.push(await boxOf(needs, visit, id));
  visit.show('petitions', {
    title: words.title,
    words,
    paged,
    boxes: boxes.filter((box) => box !== undefined),
    canCompile: visit.may('deliver'),
    canLook: visit.may('names'),
    rows: paged.rows.map((each) => rowOf(needs, visit, each)),
  });
}

function rowOf(needs: ConsoleNeeds, visit: StaffVisit, { petition, told, overdue }: ListedPetition): object {
  const words = visit.words(petitionWords);
  const { id, serial, campaign, target, names } = petition;
  const zone = zoneOf(needs, campaign);
  const since = overdue && fill(words.due.since, { time: visit.moment(overdue.since, zone).text });
  return {
    id,
    serial,
    target: targetName(needs, visit, target),
    standing: standingOf(petition, told.tries),
    progress: progressView(visit, petition),
    due: overdue && { why: words.due[overdue.why], since },
    sealed: visit.moment(petition.sealedAt, zone),
    ...counted(visit, { names }),
  };
}
