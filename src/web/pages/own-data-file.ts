/** The file a signer can take along: everything held about the signature, with the words that explain it. */
import type { CampaignBook } from '../../campaigns/campaign-book.ts';
import type { Instant } from '../../clock.ts';
import type { OwnData } from '../../ledger/own-data.ts';
import type { Receipt } from '../../ledger/receipt.ts';
import type { LetterState } from '../../letters/letter-states.ts';
import { iso } from '../iso.ts';
import { pageLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';

/** States that the receipt of a repeated signature can show too. */
const toldOfAnybody: readonly LetterState[] = ['held', 'queued', 'withdrawn'];

/**
 * Whether the data behind a receipt can be given out. Whoever typed another person's address holds a receipt too, of
 * which nothing is kept: a file would tell it from a first signature, and with that who signed before. Once a letter
 * has left, the page tells the two apart by itself, and only the one who signed first has come so far.
 */
export function isOwnDataOpen({ letters }: Receipt): boolean {
  return letters.some(({ steps }) => steps.some(({ state }) => !toldOfAnybody.includes(state)));
}

/** The file as an object for JSON: instants in UTC, words in the language of the signature. */
export function ownDataFile(receipt: Receipt, data: OwnData, needs: Pick<PageNeeds, 'book' | 'words'>): object {
  const { signature, carried } = data;
  const { words } = pageLanguage(needs.words, receipt.language);
  return {
    about: words.data.about,
    campaign: {
      id: signature.campaign,
      version: signature.campaignVersion,
      title: needs.book.find(signature.campaign)?.page[signature.language]?.title ?? null,
    },
    language: signature.language,
    source: signature.source,
    signed_at: iso(signature.signedAt),
    received_at: iso(receipt.receivedAt),
    erased_at: optional(signature.erasedAt),
    name: signature.name,
    email: signature.email,
    phone: signature.phone,
    message: signature.message,
    consents: signature.consents.map((given) => ({
      id: given.id,
      version: given.version,
      language: given.language,
      given_at: iso(given.at),
      source: given.source,
      text: consentText(needs.book, signature.campaign, given),
    })),
    letters: receipt.letters.map((letter) => ({
      to: needs.book.target(letter.target)?.name[receipt.language] ?? letter.target,
      state: letter.state,
      since: iso(letter.since),
      in_words: words.states[letter.state].now,
      history: letter.steps.map(({ state, at }) => ({ at: iso(at), state, in_words: words.states[state].name })),
      attempts: (carried.get(letter.target)?.attempts ?? []).map((attempt) => ({
        started_at: iso(attempt.startedAt),
        ended_at: optional(attempt.endedAt),
        sender: attempt.identity,
        result: attempt.verdict,
      })),
      heard: (carried.get(letter.target)?.heard ?? []).map(({ at, class: what }) => ({ at: iso(at), what })),
      petition: letter.place ?? null,
      handed_in: letter.handedIn
        ? { at: iso(letter.handedIn.at), outcome: letter.handedIn.outcome, place: letter.handedIn.place }
        : null,
    })),
  };
}

/** The text agreed to; null when the campaign has another version by now. */
function consentText(
  book: CampaignBook,
  slug: string,
  given: { id: string; version: string; language: string },
): string | null {
  const text = book.find(slug)?.consents.find(({ id, version }) => id === given.id && version === given.version);
  return text?.text[given.language] ?? null;
}

function optional(at: Instant | null): string | null {
  return at === null ? null : iso(at);
}
