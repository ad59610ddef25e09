/** One target: how it is reached now and why, its letters, pace and mailboxes, what was decided before, and deciding. */
import { noLetters, numbersByTarget } from '../../../ledger/numbers.ts';
import { letterStates } from '../../../letters/letter-states.ts';
import { readChannel } from '../../../outbox/channel-table.ts';
import { ourSite, towards } from '../../../outbox/site-table.ts';
import { channelHistory } from '../../../outcomes/review-channel.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { beforeOf, pageOf, rowsAPage } from '../paging.ts';
import { actorNames, campaignTitle, targetName } from '../petitions/names-shown.ts';
import { counted } from '../petitions/standing.ts';
import type { StaffVisit } from '../visit.ts';
import { nowSentence, probeSentences, switchView } from './channel-view.ts';
import { findTarget, zoneFor } from './find-target.ts';
import { holdEvents, holdsAt, readHolds } from './hold-view.ts';
import { mailboxViews } from './mailbox-view.ts';
import { paceView } from './pace-view.ts';
import { targetWords } from './target-words.ts';
import { wrongIn, type Wrong } from './wrong-form.ts';

export async function showTarget(needs: ConsoleNeeds, visit: StaffVisit, wrong?: Wrong): Promise<void> {
  const { database, book } = needs;
  const { request } = visit;
  const words = visit.words(targetWords);
  const target = findTarget(needs, visit);
  const { id } = target;
  const path = `/console/targets/${id}`;
  const zone = zoneFor(needs, id);
  const channel = await readChannel(database.read, id);
  const holds = await readHolds(needs);
  const [own, all] = [towards(id), ourSite].map((place) => holdsAt(needs, visit, holds, { place, zone }));
  const letters = (await numbersByTarget(database, id)).get(id) ?? noLetters();
  const [newest] = await channelHistory(database, id, 1);
  const paged = pageOf(await channelHistory(database, id, rowsAPage + 1, beforeOf(request)), request, path);
  const switches = newest ? [newest, ...paged.rows] : paged.rows;
  const nameOf = await actorNames(
    needs,
    switches.map(({ by }) => by),
  );
  const isHeld = (own?.length ?? 0) + (all?.length ?? 0) > 0;
  const queued = letters.queued + letters.sending;
  visit.show('target', {
    title: targetName(needs, visit, id),
    words,
    ...wrongIn(wrong),
    id,
    path,
    mode: channel.mode,
    campaigns: book.campaigns
      .filter(({ targets }) => targets.some((each) => each.id === id))
      .map(({ slug }) => ({ slug, title: campaignTitle(needs, visit, slug) })),
    now: nowSentence(visit, channel, zone),
    // What a switch without a target's row would say is that mail was always open.
    why: newest && switchView(visit, newest, { zone, nameOf }),
    probe: probeSentences(visit, channel, zone),
    holds: own,
    siteHolds: all,
    letters: letterStates
      .filter((state) => letters[state] > 0)
      .map((state) => ({ state: words.states[state], ...counted(visit, { n: letters[state] }) })),
    canLook: visit.may('names'),
    pace: paceView(needs, visit, { target, channel, waiting: queued, isHeld, zone }),
    mailboxes: await mailboxViews(needs, visit, target, zone),
    paged,
    switches: paged.rows.map((change) => switchView(visit, change, { zone, nameOf })),
    events: await holdEvents(needs, visit, { place: towards(id), zone }),
    canDecide: visit.may('channels'),
    isPaused: holds.pauses.has(towards(id)),
    canResume: holds.pauses.has(towards(id)) || holds.sites.has(towards(id)),
    modes: (['mail', 'slowed', 'hand'] as const).map((mode) => ({ value: mode, text: words.modes[mode] })),
    form: visit.form,
  });
}
