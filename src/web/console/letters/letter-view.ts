/** What is on record about a letter, in words: its moves, its conversations, what came back, our mails to its signer. */
import type { LetterFile, HeardMail } from '../../../ledger/letter-file.ts';
import { maskPersonal } from '../../../ledger/mask-personal.ts';
import type { LetterMove } from '../../../letters/letter.ts';
import { never } from '../../../notices/note-signed.ts';
import type { Notice } from '../../../notices/notice-table.ts';
import type { Attempt } from '../../../outbox/attempt-table.ts';
import type { OutcomeRow } from '../../../outcomes/outcome-table.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { reasonOf, wordOf } from './history-reason.ts';
import type { LetterWords } from './letter-words.ts';

/** What all of them need. */
export interface Told {
  visit: StaffVisit;
  words: LetterWords;
  file: LetterFile;
  zone: string | undefined;
  nameOf: (actor: string) => string;
  /** Only to take it out of the words of servers. */
  signerName: string | null;
}

/** A server's own words, as far as this person may read them. */
function wordsOfServer({ visit, file, signerName: name }: Told, text: string): string {
  return visit.may('personal') ? text : maskPersonal(text, { name, domain: file.letter.signerDomain });
}

export function historyView(told: Told, move: LetterMove): object {
  const { words, visit, zone } = told;
  return {
    seq: move.seq,
    state: words.states[move.to],
    at: visit.moment(move.at, zone),
    reason: reasonOf(words, move),
    cause: move.cause === null ? undefined : causeView(told, move.cause),
  };
}

/** What caused a move: a conversation or a report further down, a petition, or a person with her reason. */
function causeView({ words, visit, file, zone, nameOf }: Told, cause: string): object | undefined {
  const { history } = words;
  const outcome = file.outcomes.find(({ id }) => id === cause);
  const source = outcome?.cause ?? cause;
  const attempt = file.attempts.find(({ id }) => id === source);
  if (attempt) return { text: fill(history['attempt-n'], { n: attempt.number }), href: `#attempt-${attempt.number}` };
  const mail = file.heard.find(({ id }) => id === source);
  if (mail) {
    const time = visit.moment(mail.receivedAt, zone).text;
    return { text: fill(history.report, { time }), href: `#report-${mail.id}` };
  }
  const serial = file.petitions.get(source);
  if (serial !== undefined) return { text: `${history.petition} ${serial}`, href: `/console/petitions/${source}` };
  const action = file.actions.get(source);
  if (!action) return undefined;
  return { text: fill(history.by, { who: nameOf(action.actor) }), quote: action.reason };
}

/** What a reply was taken for: the class, whose failure it was, and the rule that said so. */
function takenFor(words: LetterWords, outcome: OutcomeRow | undefined): object | undefined {
  return (
    outcome && {
      class: words.outcomes[outcome.class],
      attribution: words.attributions[outcome.attribution ?? 'nobody'],
      rule: outcome.rule,
    }
  );
}

export function attemptViews(told: Told): object[] {
  const { words, visit, file, zone } = told;
  return file.attempts.map((attempt: Attempt) => ({
    number: attempt.number,
    title: fill(words.attempts.one, { n: attempt.number }),
    at: visit.moment(attempt.startedAt, zone),
    verdict: attempt.verdict === null ? words.attempts['under-way'] : words.verdicts[attempt.verdict],
    state: attempt.verdict ?? 'under-way',
    codes: [attempt.stage, attempt.code, attempt.enhanced].filter((code) => code !== null && code !== '').join(' '),
    // Our own note, of a letter that was put back before anybody was asked.
    note: attempt.reply === 'not dialled' ? words.attempts.undialled : undefined,
    reply: attempt.reply === 'not dialled' ? '' : wordsOfServer(told, attempt.reply ?? ''),
    mailbox: visit.may('channels') ? attempt.mailbox : null,
    outcome: takenFor(
      words,
      file.outcomes.find(({ cause }) => cause === attempt.id),
    ),
  }));
}

export function reportViews(told: Told): object[] {
  const { words, visit, file, zone } = told;
  const { reports } = words;
  return file.heard.map((mail: HeardMail) => {
    const outcome = file.outcomes.find(({ cause }) => cause === mail.id);
    const answer = file.answers.find(({ id }) => id === mail.id);
    return {
      id: mail.id,
      at: visit.moment(mail.receivedAt, zone),
      kind: mail.readAt === null ? reports.unread : (wordOf(words.kinds, mail.kind) ?? reports.other),
      from: mail.source === 'mail' ? reports.mail : fill(reports.from, { relay: mail.source }),
      codes: outcome ? [outcome.code, outcome.enhanced].filter((code) => code !== null && code !== '').join(' ') : '',
      // Of an answer of a person nothing is shown here.
      reply: outcome && outcome.class !== 'human-answer' ? wordsOfServer(told, outcome.text) : '',
      outcome: takenFor(words, outcome),
      answer: answer && words.answers[answer.verdict ?? 'waits'],
    };
  });
}

export function noticeView({ words, visit, zone }: Told, notice: Notice): object {
  const { notices } = words;
  const waits = notice.dueAt >= never ? undefined : notices.waits;
  return {
    kind: words['notice-kinds'][notice.kind],
    verdict: notice.verdict === null ? waits : words['notice-ends'][notice.verdict],
    at: visit.moment(notice.endedAt ?? notice.createdAt, zone),
  };
}
