/** The signer's own page: where each letter is, in words, and the ways to take it back. */
import { inLanguage } from '../../campaigns/campaign-book.ts';
import { minute } from '../../clock.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import type { Words } from '../../campaigns/words.ts';
import type { Receipt, ReceiptLetter, ReceiptPlace, ReceiptStep } from '../../ledger/receipt.ts';
import { isOwnDataOpen } from './own-data-file.ts';
import { lookOf } from './look.ts';
import { type Moment, moment, zoneName } from './page-dates.ts';
import { pageLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { type Look, renderPage } from './render-page.ts';

export interface ReceiptView {
  language: string;
  words: Words;
  title: string;
  organisation: string;
  look: Look | undefined;
  letters: readonly LetterView[];
  withdrawable: boolean;
}

interface LetterView {
  target: string;
  state: string;
  name: string;
  now: string;
  since: Moment;
  road: readonly { name: string; at: Moment; current: boolean }[];
  identity: string | undefined;
  place: string | undefined;
  /** Number of the petition whose proof can be had. */
  proof: string | undefined;
  handedIn: { at: Moment; outcome: string; place: string | undefined } | undefined;
}

/**
 * What a receipt shows. A letter that has not moved yet is shown from the receipt alone, and so is that of a
 * repeated signature, which has none: the two cannot be told apart.
 */
export function receiptView(receipt: Receipt, needs: Pick<PageNeeds, 'book' | 'words'>): ReceiptView {
  const campaign = needs.book.find(receipt.campaign);
  const { language, words } = pageLanguage(needs.words, receipt.language);
  const timeZone = campaign?.period.timeZone ?? 'UTC';
  const order = campaign?.targets.map((target) => target.id) ?? [];
  const letters = receipt.letters.length > 0 ? receipt.letters : order.map((target) => justArrived(receipt, target));
  const at = (instant: number): Moment => moment(instant, words.dates, timeZone);
  const views = letters
    .toSorted((a, b) => order.indexOf(a.target) - order.indexOf(b.target))
    .map((letter) => (hasMoved(letter) ? letter : justArrived(receipt, letter.target)))
    .map((letter): LetterView => {
      const steps = roadOf(letter.steps).map((step) =>
        receipt.lapsed && step.name === 'withdrawn' ? { ...step, name: 'lapsed' as const } : step,
      );
      // Who received the petition has every name on it, also those of which it is not written down yet.
      const state = letter.handedIn ? 'handed_in' : (steps.at(-1)?.name ?? letter.state);
      const road = withTries(steps, letter, words);
      const lastTry = letter.state === 'petitioned' && !letter.handedIn ? letter.tries.at(-1) : undefined;
      return {
        target: inLanguage(needs.book.target(letter.target)?.name ?? { en: letter.target }, receipt.language),
        state: letter.state,
        ...words.states[state],
        ...(lastTry && words.tries[lastTry.outcome]),
        since: at(letter.since),
        road: road.map((step, index) => ({ name: step.name, at: at(step.at), current: index === road.length - 1 })),
        identity: letter.identity && words.receipt[`used-${letter.identity}`],
        place: letter.place && placeInWords(letter.place, words),
        // Its leaves are kept with the files.
        proof: letter.place?.page === undefined ? undefined : letter.place.serial,
        handedIn: letter.handedIn && {
          at: at(letter.handedIn.at),
          outcome: outcomeInWords(letter.handedIn.outcome, words),
          place: campaign?.petitionRules.tellPlace ? letter.handedIn.place : undefined,
        },
      };
    });
  return {
    language,
    words,
    title: campaign?.page[receipt.language]?.title ?? receipt.campaign,
    organisation: campaign?.organisation.name[receipt.language] ?? '',
    look: campaign && lookOf(campaign),
    letters: views,
    withdrawable: !receipt.erased && letters.some((letter) => letter.withdrawable),
  };
}

/** What a signer may just have done; answered on top of the page. */
export const receiptNotes = ['confirmed', 'again', 'wait', 'withdraw', 'erase'] as const;
type ReceiptNote = (typeof receiptNotes)[number];

/** How long the page begins with thanks. No mark in the address asks for it, since people keep this address. */
const thanksFor = 10 * minute;

/** The page in HTML. `after` is what the signer just did. */
export function receiptPage(
  receipt: Receipt,
  needs: Pick<PageNeeds, 'book' | 'words' | 'clock'>,
  { token, after }: { token: string; after: ReceiptNote | undefined },
): string {
  const view = receiptView(receipt, needs);
  const { language, words, organisation, look } = view;
  const timeZone = needs.book.find(receipt.campaign)?.period.timeZone ?? 'UTC';
  const isNew = needs.clock.now() - receipt.receivedAt < thanksFor;
  const takenBack = receipt.letters.length > 0 && receipt.letters.every(({ state }) => state === 'withdrawn');
  const thanks = isNew && after === undefined && !receipt.erased && !takenBack;
  return renderPage(
    'receipt',
    {
      language,
      words,
      organisation,
      ...(look && { look }),
      title: thanks ? words.thanks.title : words.receipt.title,
      unlisted: true,
    },
    {
      ...view,
      campaign: view.title,
      received: moment(receipt.receivedAt, words.dates, timeZone),
      times: fillVariables(words.receipt.times, () => zoneName(timeZone, words.dates)),
      once: view.letters.some((letter) => letter.state === 'queued'),
      erased: receipt.erased,
      data: isOwnDataOpen(receipt) ? 'offer' : takenBack ? 'never' : 'later',
      thanks,
      lapsed: receipt.lapsed,
      done: doneWords(receipt, words, after),
      waiting:
        receipt.confirmBy === undefined
          ? undefined
          : fillVariables(words.confirm.waiting, () => moment(receipt.confirmBy ?? 0, words.dates, timeZone).text),
      path: `/receipts/${encodeURIComponent(token)}`,
    },
  );
}

/** The question before a letter is taken back or a signer's data erased. */
export function confirmPage(
  receipt: Receipt,
  needs: Pick<PageNeeds, 'book' | 'words'>,
  { token, what }: { token: string; what: 'withdraw' | 'erase' },
): string {
  const { language, words, title, organisation, look, letters } = receiptView(receipt, needs);
  return renderPage(
    'confirm',
    { language, words, organisation, ...(look && { look }), title: words[what].ask, unlisted: true },
    {
      question: words[what],
      campaign: title,
      targets: letters.map((letter) => letter.target),
      back: `/receipts/${encodeURIComponent(token)}`,
      action: `/receipts/${encodeURIComponent(token)}/${what}`,
    },
  );
}

function justArrived(receipt: Receipt, target: string): ReceiptLetter {
  const since = receipt.receivedAt;
  return {
    target,
    state: 'queued',
    since,
    steps: [{ state: 'queued', at: since }],
    identity: undefined,
    place: undefined,
    handedIn: undefined,
    tries: [],
    withdrawable: true,
  };
}

function hasMoved(letter: ReceiptLetter): boolean {
  return letter.state !== 'queued' || letter.steps.length > 1;
}

function doneWords(receipt: Receipt, words: Words, after: ReceiptNote | undefined): string | undefined {
  if (after === 'withdraw' || after === 'erase') return words[after].done;
  if (after === 'confirmed') return receipt.confirmBy === undefined && !receipt.erased ? words.confirm.done : undefined;
  // Whoever follows the link later is told where the letter is, and no old news of the mail.
  if (receipt.confirmBy === undefined) return undefined;
  return after === 'again' ? words.confirm.sent : after === 'wait' ? words.confirm.wait : undefined;
}

type StepName = keyof Words['states'];

/**
 * The steps worth telling: a conversation only while it lasts, and of many tries in a row the first wait and
 * the latest one.
 */
function roadOf(steps: readonly ReceiptStep[]): { name: StepName; at: number }[] {
  const told: { name: StepName; at: number }[] = [];
  for (const [index, { state, at }] of steps.entries()) {
    if (state === 'sending' && index < steps.length - 1) continue;
    const name: StepName = state === 'queued' && told.some((step) => step.name !== 'held') ? 'queued-again' : state;
    if (told.at(-1)?.name === name) told.pop();
    told.push({ name, at });
  }
  return told;
}

/** Tries at handing a petition over stand on the road beside the states. */
function withTries(
  steps: readonly { name: StepName; at: number }[],
  { tries }: ReceiptLetter,
  words: Words,
): { name: string; at: number }[] {
  const states = steps.map(({ name, at }) => ({ name: words.states[name].name, at }));
  const others = tries.map(({ outcome, at }) => ({ name: words.tries[outcome].name, at }));
  return [...states, ...others].toSorted((a, b) => a.at - b.at);
}

function placeInWords(place: ReceiptPlace, words: Words): string {
  const values: Record<string, string> = {
    serial: place.serial,
    volume: String(place.volume),
    page: String(place.page ?? ''),
    number: String(place.number),
    of: place.of.toLocaleString(words.dates),
  };
  return fillVariables(
    words.receipt[place.page === undefined ? 'place-no-page' : 'place'],
    (name) => values[name] ?? '',
  );
}

function outcomeInWords(outcome: string, words: Words): string {
  return new Map(Object.entries(words['hand-ins'])).get(outcome) ?? outcome;
}
