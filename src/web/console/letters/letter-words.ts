/** The words of the pages about letters. */
import { z } from 'zod';
import { group, words } from '../../../campaigns/words.ts';
import type { PageWords } from '../page-words.ts';

const states =
  'held queued sending in_doubt accepted delivered refused returned for_hand petitioned handed_in withdrawn' as const;

const schema = z.strictObject({
  title: words(),
  intro: words(),
  search: group(
    'label hint-read hint-receipt hint-address submit log nothing shape no-address repeat found letter state since',
  ).extend({ 'too-many': words('minutes') }),
  one: words('target'),
  states: group(states),
  next: group('later paused trouble probing shut stray person decide withheld petition withdrawn delivered').extend({
    confirm: words('time'),
    lease: words('time'),
    silence: words('time'),
    mail: words('time', 'before'),
    'mail-next': words('time'),
    doubt: words('time'),
    'doubt-again': words('time'),
    paper: words('serial', 'volume', 'number', 'of'),
    'paper-sealing': words('serial', 'number'),
    'handed-in': words('serial', 'volume', 'number', 'of'),
  }),
  facts: group('title campaign target language received signature letter identity own-words yes mailbox siblings'),
  identities: group('from reply-to'),
  signer: group('title intro show shown name email phone message erased none'),
  move: group('title intro none reason reason-hint changed').extend({
    mail: group('title submit done'),
    paper: group('title text submit done'),
    withdraw: group('title text several submit done'),
    delivered: group('title text submit done'),
    'came-back': group('title text submit done'),
    'mail-text': group('paused trouble later').extend({ mail: words('time') }),
    hindrances: group('shut probing ended doubted erased no-target'),
  }),
  history: group('title petition').extend({
    'attempt-n': words('n'),
    report: words('time'),
    by: words('who'),
  }),
  attempts: group('title none under-way rule undialled').extend({ one: words('n') }),
  verdicts: group('accepted deferred refused unreachable in_doubt'),
  outcomes: group(
    'delivered dead-mailbox target-block content mailbox-full sender-auth our-config our-reputation rate greylist network transient protocol delayed auto-reply human-answer complaint unknown',
  ),
  attributions: group('signer ours passing dead blocked full nobody'),
  reports: group('title none unread other').extend({ from: words('relay'), mail: words() }),
  kinds: group('failed delayed delivered auto-reply human-answer complaint unreadable'),
  answers: group('accepted refused in_doubt given-up erased own too-many waits'),
  notices: group('title none waits'),
  'notice-kinds': group('confirm thanks handed-over'),
  'notice-ends': group('accepted refused in_doubt given-up bounced complaint erased not-needed stopped too-many'),
  reasons: group(
    'signed confirmed not-confirmed signed-before claimed not-the-same-bytes ended shut open probe not-dialled taken broke-off ours sender-forbidden name-forbidden next-mailbox no-mailbox target-refuses full unknown given-up passing lease-ended sent-once-more doubted-twice silence report-taken report-delivered erased-before taken-back sealed voided by-staff taken-back-by-staff',
  ).extend({ refused: words('class'), 'came-back': words('class'), 'handed-in': words('outcome') }),
  'hand-ins': group('accepted-in-meeting accepted'),
});

export type LetterWords = z.infer<typeof schema>;
export const letterWords: PageWords<LetterWords> = { page: 'letters', schema };
