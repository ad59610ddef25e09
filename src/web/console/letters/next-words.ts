/** Where a letter is going, as one sentence. */
import type { NextStop } from '../../../ledger/next-stop.ts';
import type { LetterState } from '../../../letters/letter-states.ts';
import { counted } from '../petitions/standing.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { letterWords } from './letter-words.ts';

/** The sentence, and the petition to link to. Nothing for a letter of which nobody can say more than its state. */
export function nextWords(
  visit: StaffVisit,
  stop: NextStop,
  { state, zone }: { state: LetterState; zone: string | undefined },
): { text: string; petition?: string } | undefined {
  const { next } = visit.words(letterWords);
  const time = (at: number) => visit.moment(at, zone).text;
  switch (stop.kind) {
    case 'confirm':
    case 'lease':
    case 'silence':
      return { text: fill(next[stop.kind], { time: time(stop.at) }) };
    case 'mail': {
      const { before } = counted(visit, { before: stop.before });
      return { text: fill(stop.before === 0 ? next['mail-next'] : next.mail, { time: time(stop.at), before }) };
    }
    case 'doubt':
      return { text: fill(stop.again ? next['doubt-again'] : next.doubt, { time: time(stop.at) }) };
    case 'petition':
      return { text: stop.isWithheld ? next.withheld : next.petition };
    case 'paper':
      return paperWords(visit, stop, state);
    case 'end':
      return state === 'withdrawn' || state === 'delivered' ? { text: next[state] } : undefined;
    case 'later':
    case 'paused':
    case 'trouble':
    case 'probing':
    case 'shut':
    case 'stray':
    case 'person':
    case 'decide':
      return { text: next[stop.kind] };
  }
}

function paperWords(
  visit: StaffVisit,
  { place }: Extract<NextStop, { kind: 'paper' }>,
  state: LetterState,
): { text: string; petition: string } | undefined {
  if (!place) return undefined;
  const { next } = visit.words(letterWords);
  const { serial, petitionId: petition } = place;
  const { volume, number } = counted(visit, { volume: place.volume, number: place.number });
  if (place.of === undefined) return { text: fill(next['paper-sealing'], { serial, number }), petition };
  const { of } = counted(visit, { of: place.of });
  const sentence = state === 'handed_in' ? next['handed-in'] : next.paper;
  return { text: fill(sentence, { serial, volume, number, of }), petition };
}
