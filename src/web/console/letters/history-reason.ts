/** Why a letter moved, in the language of the page: rows keep a few words of ours in English. */
import { movedByStaff, takenBackByStaff } from '../../../ledger/move-by-hand.ts';
import type { LetterMove } from '../../../letters/letter.ts';
import { fill } from '../visit.ts';
import type { LetterWords } from './letter-words.ts';

type Plain = Exclude<keyof LetterWords['reasons'], 'refused' | 'came-back' | 'handed-in'>;

/** What the road writes; a test looks for reasons that are missing here. */
export const knownReasons: Readonly<Record<string, Plain>> = {
  signed: 'signed',
  'the signer confirmed the address': 'confirmed',
  'not confirmed in time': 'not-confirmed',
  'the same person had signed before': 'signed-before',
  'claimed for sending': 'claimed',
  'in doubt, and no longer the same bytes': 'not-the-same-bytes',
  'the campaign has ended': 'ended',
  'mail is shut for this target': 'shut',
  'mail is open again': 'open',
  'tries a shut mailbox again': 'probe',
  'not dialled': 'not-dialled',
  'a server took it': 'taken',
  'broke off after the message was asked for': 'broke-off',
  'the trouble is ours': 'ours',
  "the signer's domain forbids its address as sender": 'sender-forbidden',
  "the signer's domain forbids mail in the signer's name": 'name-forbidden',
  'the mailbox does not exist: the next one is tried': 'next-mailbox',
  'the mailbox does not exist': 'no-mailbox',
  'the target refuses it': 'target-refuses',
  'the mailbox is full': 'full',
  'an unknown refusal': 'unknown',
  'it could not be delivered for days': 'given-up',
  'passing trouble': 'passing',
  'its lease ended': 'lease-ended',
  'in doubt: sent once more, the same bytes': 'sent-once-more',
  'in doubt twice': 'doubted-twice',
  'no bounce came': 'silence',
  'a report shows that it was taken': 'report-taken',
  'a report says delivered': 'report-delivered',
  'came back after its signer was erased': 'erased-before',
  'taken back by the signer': 'taken-back',
  'sealed on a petition': 'sealed',
  'its petition was voided': 'voided',
  [movedByStaff]: 'by-staff',
  [takenBackByStaff]: 'taken-back-by-staff',
};

/** The reason in words; one of an older or newer version stays as it is, in English. */
export function reasonOf(words: LetterWords, { reason }: Pick<LetterMove, 'reason'>): { text: string; known: boolean } {
  const plain = knownReasons[reason];
  if (plain !== undefined) return { text: words.reasons[plain], known: true };
  const [, what = '', value = ''] = /^(refused|came back|handed in): ([\w-]+)$/.exec(reason) ?? [];
  const outcome = wordOf(words.outcomes, value);
  const handIn = wordOf(words['hand-ins'], value);
  if (what === 'handed in' && handIn !== undefined)
    return { text: fill(words.reasons['handed-in'], { outcome: handIn }), known: true };
  if (what === '' || outcome === undefined) return { text: reason, known: false };
  const sentence = what === 'refused' ? words.reasons.refused : words.reasons['came-back'];
  return { text: fill(sentence, { class: outcome }), known: true };
}

/** The word for a value that came out of a row. */
export function wordOf(group: Readonly<Record<string, string>>, key: string | null): string | undefined {
  return key !== null && Object.hasOwn(group, key) ? group[key] : undefined;
}
