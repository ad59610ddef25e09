/** Which of a target's mailboxes a letter goes to, and which is left when one turned out to be dead. */
import type { Letter } from '../letters/letter.ts';

/**
 * The first mailbox that is not known to be dead; a letter that was sent on stays where it was sent. When all are
 * dead they are tried in order all the same: one may live again. A copy in doubt goes where the first one went.
 */
export function chooseMailbox(
  letter: Pick<Letter, 'doubts' | 'mailbox'>,
  mailboxes: readonly string[],
  dead: ReadonlySet<string>,
): string | undefined {
  if (letter.doubts > 0 && letter.mailbox !== null) return letter.mailbox;
  const alive = mailboxes.filter((mailbox) => !dead.has(mailbox));
  const candidates = alive.length > 0 ? alive : mailboxes;
  return candidates.find((mailbox) => mailbox === letter.mailbox) ?? candidates[0];
}

/**
 * The mailbox to try after this one was said to be dead, or undefined when none is left: then the target cannot be
 * reached. It only goes forward in the order of the campaign file, so every letter comes to an end.
 */
export function nextMailbox(
  mailbox: string,
  mailboxes: readonly string[],
  dead: ReadonlySet<string>,
): string | undefined {
  const later = mailboxes.slice(mailboxes.indexOf(mailbox) + 1);
  const alive = later.filter((each) => !dead.has(each));
  // Where all are known to be dead, those that were not tried yet are what is left.
  return mailboxes.every((each) => dead.has(each)) ? later[0] : alive[0];
}
