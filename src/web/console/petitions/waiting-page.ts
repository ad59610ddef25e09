/** The names that wait for one target: the order of the next petition, withholding a name, and putting it back. */
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { idPattern } from '../../../ids.ts';
import { letterTable } from '../../../letters/letter-table.ts';
import { listWaitingNames, namesOfLetters, weedHistories } from '../../../petitions/list-waiting-names.ts';
import { putBackName, weedList, withholdName } from '../../../petitions/weed-names.ts';
import type { WeedEvent } from '../../../petitions/withheld-table.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { rowsAPage } from '../paging.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { partOf } from './find-petition.ts';
import { actorNames, campaignTitle, targetName } from './names-shown.ts';
import { petitionWords } from './petition-words.ts';
import { readReason } from './read-reason.ts';
import { boxOf, partsOf } from './waiting-boxes.ts';

const numberField = z.string().regex(/^\d{1,9}$/);

export function waitingRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/petitions/waiting/:id', 'names', (visit) => showWaiting(needs, visit));

  for (const [path, change] of [
    ['withhold', withholdName],
    ['put-back', putBackName],
  ] as const) {
    const rule = { need: 'deliver', recorded: { what: `name.${path}` } } as const;
    door.post(`/petitions/names/:id/${path}`, rule, async (visit) => {
      const { names } = visit.words(petitionWords);
      const letterId = partOf(visit, 'id');
      const letter = idPattern.test(letterId)
        ? await needs.database.read.findOneBy(letterTable, { id: letterId })
        : null;
      if (!letter) throw new AppError('not-found', 'There is no such letter.');
      const { campaign, target } = letter;
      const read = readReason(visit);
      if (read.problems) throw new AppError('invalid', visit.frame.problems.reason);
      await change(needs, { campaign, letterId, reason: read.value.reason, by: visit.signedIn.staff.id });
      const number = numberField.safeParse(visit.form['number']).data ?? '';
      const said = path === 'withhold' ? fill(names.withheld, { number }) : names.back;
      await visit.done(`/console/petitions/waiting/${target}?campaign=${campaign}`, said);
    });
  }
}

async function showWaiting(needs: ConsoleNeeds, visit: StaffVisit): Promise<void> {
  const words = visit.words(petitionWords);
  const target = partOf(visit, 'id');
  const parts = await partsOf(needs, target);
  const { campaign: asked, after } = visit.request.query;
  const part =
    parts.find(({ campaign }) => campaign.slug === asked) ?? parts.find(({ names }) => names > 0) ?? parts[0];
  if (!part) throw new AppError('not-found', 'There is no such target.');
  const { slug } = part.campaign;
  const from = typeof after === 'string' && idPattern.test(after) ? after : undefined;
  const reader = needs.database.read;
  const found = await listWaitingNames(reader, { campaign: slug, target }, { after: from, most: rowsAPage + 1 });
  const rows = found.slice(0, rowsAPage);
  const withheld = (await weedList(needs.database, slug)).filter((each) => each.target === target);
  const histories = await weedHistories(
    reader,
    rows.map(({ letterId }) => letterId),
  );
  const names = await namesOfLetters(
    reader,
    withheld.map(({ letterId }) => letterId),
  );
  const told = [...withheld.flatMap(({ events }) => events), ...[...histories.values()].flat()];
  const nameOf = await actorNames(
    needs,
    told.map(({ by }) => by),
  );
  const zone = part.campaign.period.timeZone;
  const eventView = ({ what, at, by, reason }: WeedEvent) => ({
    what: words.names.events[what],
    at: visit.moment(at, zone),
    by: nameOf(by),
    reason,
  });
  const path = `/console/petitions/waiting/${target}?campaign=${slug}`;
  visit.show('petition-waiting', {
    title: words.names.title,
    words,
    target: targetName(needs, visit, target),
    box: await boxOf(needs, visit, target),
    canCompile: visit.may('deliver'),
    campaigns: parts.map(({ campaign }) => ({
      title: campaignTitle(needs, visit, campaign.slug),
      href: `/console/petitions/waiting/${target}?campaign=${campaign.slug}`,
      isHere: campaign.slug === slug,
    })),
    rows: rows.map((row) => ({ ...row, events: (histories.get(row.letterId) ?? []).map(eventView) })),
    withheld: withheld.map(({ letterId, events }) => ({
      letterId,
      ...names.get(letterId),
      events: events.map(eventView),
    })),
    first: from === undefined ? undefined : path,
    next: found.length > rowsAPage ? `${path}&after=${rows.at(-1)?.letterId}` : undefined,
  });
}
