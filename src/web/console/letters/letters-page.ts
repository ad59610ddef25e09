/** *Letters*: finding one by what a signer reads out or pastes. What was looked for is never in an address of a page. */
import { canonicalAddress, type EmailAddress } from '../../../intake/email-address.ts';
import { findByAddress, findByEvent, findLetter, readSought, type Found } from '../../../ledger/find-letters.ts';
import type { Letter } from '../../../letters/letter.ts';
import type { FieldProblem } from '../../../errors.ts';
import { minute } from '../../../clock.ts';
import { markOf } from '../../../staff/seal-secret.ts';
import { countTry } from '../../../staff/sign-in-limit-table.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { ConsolePage } from '../console-page.ts';
import { campaignTitle, targetName } from '../petitions/names-shown.ts';
import { zoneOf } from '../petitions/find-petition.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { letterRoutes } from './letter-page.ts';
import { letterWords } from './letter-words.ts';

/** Addresses one person may look for in a quarter of an hour. */
const mostByAddress = 20;

export const lettersPage: ConsolePage = {
  words: [letterWords],
  menu: { key: 'letters', href: '/console/letters', need: 'read' },
  routes(door, needs) {
    door.get('/letters', 'read', (visit) => show(needs, visit));
    // Written down here, with what it was about.
    door.post('/letters', { need: 'read', recorded: 'by-step' }, (visit) => search(needs, visit));
    letterRoutes(door, needs);
  },
};

/** Receipts and signatures lead from a person to a letter: for those who see signers, or act for them. */
function mayUseReceipts(visit: StaffVisit): boolean {
  return visit.may('personal') || visit.may('channels');
}

async function search(needs: ConsoleNeeds, visit: StaffVisit): Promise<void> {
  const { search: said } = visit.words(letterWords);
  const sought = readSought(needs.keys, visit.form['what'] ?? '');
  if (sought === undefined) return refuse(needs, visit, 422, said.shape);
  if (sought.kind === 'address') {
    if (!visit.may('personal')) return refuse(needs, visit, 403, said['no-address']);
    return searchAddress(needs, visit, sought.address);
  }
  const letter = sought.kind === 'id' ? await findLetter(needs.database, sought.id) : undefined;
  const found =
    letter || !mayUseReceipts(visit)
      ? { letters: letter ? [letter] : [], byRepeat: false }
      : await findByEvent(needs.database, sought.id);
  // What was found is an id; what was not might be anything that somebody typed.
  await visit.record('letters.search', found.letters.length > 0 ? sought.id : '');
  await answer(needs, visit, found);
}

async function searchAddress(needs: ConsoleNeeds, visit: StaffVisit, address: EmailAddress): Promise<void> {
  const { database, keys, clock } = needs;
  const { search: said } = visit.words(letterWords);
  const mark = markOf(keys, 'search', canonicalAddress(address));
  const limit = { place: markOf(keys, 'sign-in', `search ${visit.signedIn.staff.id}`), most: mostByAddress };
  const wait = await database.write((transaction) => countTry(transaction, [limit], clock.now()));
  await visit.record('letters.search', mark, wait > 0 ? 'refused: too many' : '');
  if (wait > 0) {
    visit.response.set('Retry-After', String(Math.ceil(wait / 1000)));
    return refuse(needs, visit, 429, fill(said['too-many'], { minutes: Math.ceil(wait / minute) }));
  }
  await answer(needs, visit, { letters: await findByAddress({ database, keys }, address), byRepeat: false });
}

/** One letter is shown at once; of several there is a list to choose from. */
async function answer(needs: ConsoleNeeds, visit: StaffVisit, { letters, byRepeat }: Found): Promise<void> {
  const { search: said } = visit.words(letterWords);
  const [first] = letters;
  if (!first) return refuse(needs, visit, 404, said.nothing);
  const warning = byRepeat ? said.repeat : undefined;
  if (letters.length === 1) return visit.done(`/console/letters/${first.id}`, warning);
  show(needs, visit, { letters, warning });
}

function refuse(needs: ConsoleNeeds, visit: StaffVisit, status: number, problem: string): void {
  show(needs, visit, { status, problems: [{ field: 'what', problem }] });
}

function show(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  more: { status?: number; problems?: FieldProblem[]; letters?: readonly Letter[]; warning?: string | undefined } = {},
): void {
  const words = visit.words(letterWords);
  const { search: said } = words;
  const { letters = [], ...rest } = more;
  visit.show('letters', {
    title: words.title,
    words,
    ...rest,
    hints: [
      said['hint-read'],
      ...(mayUseReceipts(visit) ? [said['hint-receipt']] : []),
      ...(visit.may('personal') ? [said['hint-address']] : []),
    ],
    // Typed again it is read again: an address does not stay on the screen of an office.
    rows: letters.map((letter) => ({
      id: letter.id,
      campaign: campaignTitle(needs, visit, letter.campaign),
      target: targetName(needs, visit, letter.target),
      state: letter.state,
      since: visit.moment(letter.stateSince, zoneOf(needs, letter.campaign)),
    })),
  });
}
