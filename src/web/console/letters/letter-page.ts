/** One letter: where it is and is going, its whole way, who signed (asked for and written down), and moving it by hand. */
import { z } from 'zod';
import { AppError, type FieldProblem } from '../../../errors.ts';
import type { SignatureRow } from '../../../intake/signature-table.ts';
import { findLetter } from '../../../ledger/find-letters.ts';
import { handMoves } from '../../../ledger/hand-moves.ts';
import { readLetterFile, readSigner } from '../../../ledger/letter-file.ts';
import { moveByHand } from '../../../ledger/move-by-hand.ts';
import { nextStop } from '../../../ledger/next-stop.ts';
import type { Letter } from '../../../letters/letter.ts';
import { readChannel } from '../../../outbox/channel-table.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { partOf, zoneOf } from '../petitions/find-petition.ts';
import { actorNames, campaignTitle, targetName } from '../petitions/names-shown.ts';
import { readForm } from '../read-form.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { letterWords } from './letter-words.ts';
import { attemptViews, historyView, noticeView, reportViews, type Told } from './letter-view.ts';
import { graceOf, optionViews } from './move-view.ts';
import { nextWords } from './next-words.ts';

const moveForm = z.object({
  move: z.enum(handMoves, 'other'),
  seen: z.coerce.number().int().min(1),
  reason: z.string('reason').trim().min(3, 'reason').max(300, 'long'),
});

export function letterRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/letters/:id', 'read', async (visit) => showLetter(needs, visit, await letterOf(needs, visit)));

  // The same address as the page: nobody who loads it again opens the signer again.
  door.post('/letters/:id', { need: 'personal', recorded: { what: 'letter.open' } }, async (visit) => {
    const letter = await letterOf(needs, visit);
    await showLetter(needs, visit, letter, { signer: await readSigner(needs.database, letter) });
  });

  // Where the answer to a refused form stands; loaded again it is the letter's page.
  door.get('/letters/:id/move', 'channels', async (visit) => {
    const { id } = await letterOf(needs, visit);
    visit.response.redirect(303, `/console/letters/${id}`);
  });

  door.post('/letters/:id/move', { need: 'channels', recorded: 'by-step' }, async (visit) => {
    const letter = await letterOf(needs, visit);
    const words = visit.words(letterWords);
    const read = readForm(visit.form, moveForm, visit.frame.problems);
    if (read.problems) return showLetter(needs, visit, letter, { problems: read.problems, status: 422 });
    const { move, seen, reason } = read.value;
    const by = visit.signedIn.staff.id;
    try {
      await moveByHand({ ...needs, grace: graceOf(needs) }, { letterId: letter.id, move, seen, reason, by });
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown;
      // As it is now, so that she can decide anew.
      return showLetter(needs, visit, await letterOf(needs, visit), { said: words.move.changed, status: 409 });
    }
    await visit.done(`/console/letters/${letter.id}`, words.move[move].done);
  });
}

/** Throws `not-found`. */
async function letterOf({ database }: ConsoleNeeds, visit: StaffVisit): Promise<Letter> {
  const letter = await findLetter(database, partOf(visit, 'id'));
  if (!letter) throw new AppError('not-found', 'There is no such letter.');
  return letter;
}

interface More {
  status?: number;
  problems?: readonly FieldProblem[];
  /** Said at the top: why nothing was done. */
  said?: string;
  signer?: SignatureRow | undefined;
}

async function showLetter(needs: ConsoleNeeds, visit: StaffVisit, letter: Letter, more: More = {}): Promise<void> {
  const { database, book, clock, config } = needs;
  const words = visit.words(letterWords);
  const { read: reader } = database;
  const file = await readLetterFile(database, letter);
  const signature = await readSigner(database, letter);
  const channel = await readChannel(reader, letter.target);
  const zone = zoneOf(needs, letter.campaign);
  const surroundings = { reader, book, pacePerHour: config.PACE_PER_HOUR, now: clock.now() };
  const nameOf = await actorNames(
    needs,
    [...file.actions.values()].map(({ actor }) => actor),
  );
  const told: Told = { visit, words, file, zone, nameOf, signerName: signature?.name ?? null };
  const target = targetName(needs, visit, letter.target);
  visit.show('letter', {
    title: fill(words.one, { target }),
    words,
    status: more.status ?? 200,
    problems: more.problems ?? [],
    said: more.said,
    letter,
    path: `/console/letters/${letter.id}`,
    since: visit.moment(letter.stateSince, zone),
    next: nextWords(visit, await nextStop(surroundings, letter, channel), { state: letter.state, zone }),
    facts: {
      target,
      campaign: campaignTitle(needs, visit, letter.campaign),
      campaignHref: book.find(letter.campaign) && `/console/campaigns/${letter.campaign}`,
      language: new Intl.DisplayNames(visit.frame.dates, { type: 'language' }).of(letter.language),
      received: visit.moment(letter.createdAt, zone),
      identity: letter.identity && words.identities[letter.identity],
      // Mailboxes of a target are for those who look after its channel.
      mailbox: visit.may('channels') ? letter.mailbox : null,
      siblings: file.siblings.map((each) => ({
        id: each.id,
        target: targetName(needs, visit, each.target),
        state: words.states[each.state],
      })),
    },
    canOpen: visit.may('personal'),
    signer: more.signer,
    canMove: visit.may('channels'),
    options: visit.may('channels') ? await optionViews(needs, visit, file, { channel, zone }) : [],
    sent: visit.form,
    history: file.history.map((move) => historyView(told, move)),
    attempts: attemptViews(told),
    reports: reportViews(told),
    notices: file.notices.map((notice) => noticeView(told, notice)),
  });
}
