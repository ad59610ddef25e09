/** The door for returned mail that lands in a mailbox: new mails are stored, then marked; the mark says how far we are. */
import { setTimeout } from 'node:timers/promises';
import { minute, second } from '../../clock.ts';
import { asError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import {
  leadsTo,
  mostReturnedBytes,
  returnedMail,
  storeReturned,
  takeNotice,
  type PathFault,
  type Returned,
  type StoreNeeds,
} from '../store-returned-mail.ts';
import { envelopeOfMail } from './envelope-of-mail.ts';
import { openFolder, type ImapFolder, type ImapPlace } from './imap-connection.ts';
import { moveMark, readMark } from './mailbox-mark-table.ts';

interface Needs extends StoreNeeds {
  log: Log;
  /** Told each time the mailbox was lost or could not be opened. */
  failed(): void;
}

export interface MailboxWatch {
  /** Stops reading; resolves when what was being stored is stored. */
  close(): Promise<void>;
}

/** Mails stored in one transaction. */
const batch = 20;
/** A server without IDLE, or one that forgot to tell, is asked this often. */
const lookEvery = minute;
const longestPause = minute;

/** Reads the mailbox until it is closed. A server that is away is dialled again, at first after a second. */
export function watchMailbox(needs: Needs, place: ImapPlace): MailboxWatch {
  const closing = new AbortController();
  const { signal } = closing;

  async function session(opened: () => void): Promise<void> {
    const folder = await openFolder(place, mostReturnedBytes, signal);
    try {
      opened();
      let mark = await readMark(needs.database, folder.name, folder.uidValidity);
      await take(needs, folder, await folder.leftOver(mark), mark);
      while (!signal.aborted) {
        mark = await take(needs, folder, await folder.newSince(mark), mark);
        await folder.news(lookEvery);
      }
    } finally {
      await folder.close();
    }
  }

  async function watch(): Promise<void> {
    let pause = second;
    while (!signal.aborted) {
      try {
        await session(() => (pause = second));
      } catch (thrown) {
        if (signal.aborted) return;
        needs.failed();
        needs.log.warn({ reason: asError(thrown).message, pause }, 'the mailbox of returned mail is away');
        await setTimeout(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, longestPause);
      }
    }
  }

  const watching = watch();
  return {
    async close() {
      closing.abort();
      await watching;
    },
  };
}

/**
 * Stores these mails and gives the new mark. The mark is committed with the mails and only then are they marked on the
 * server: a crash in between leaves them unseen, and the next session finds them stored already.
 */
async function take(needs: Needs, folder: ImapFolder, uids: readonly number[], mark: number): Promise<number> {
  let reached = mark;
  for (let at = 0; at < uids.length; at += batch) {
    const piece = uids.slice(at, at + batch);
    const read: { uid: number; found: Found }[] = [];
    for (const uid of piece) read.push({ uid, found: await readMail(needs, folder, uid) });
    reached = Math.max(reached, ...piece);
    const stored = read.flatMap(({ found }) => (typeof found === 'object' ? [found] : []));
    const isTaken = ({ found }: { found: Found }): boolean => typeof found === 'object' || found === 'notice';
    const { name: mailbox, uidValidity } = folder;
    const newMark = { mailbox, uidValidity, uid: reached };
    await storeReturned(needs, stored, (transaction) => moveMark(transaction, newMark));
    for (const { found } of read)
      if (typeof found === 'string' && found !== 'gone' && found !== 'notice') needs.counted(found);
    const uidsOf = (isStored: boolean) => read.filter((each) => isTaken(each) === isStored).map(({ uid }) => uid);
    await folder.settle(uidsOf(true), true);
    await folder.settle(uidsOf(false), false);
  }
  return reached;
}

/** A mail for a letter, one about a notice, which was taken already, or why it is neither. */
type Found = Returned | 'notice' | PathFault | 'too-large' | 'gone';

async function readMail(needs: Needs, folder: ImapFolder, uid: number): Promise<Found> {
  const raw = await folder.fetch(uid);
  if (typeof raw === 'string') return raw;
  const { recipients, nullSender } = envelopeOfMail(raw);
  let fault: PathFault = 'forged';
  for (const address of recipients) {
    const found = await leadsTo(needs, address);
    if (typeof found === 'object' && 'letterId' in found) return returnedMail(found.letterId, nullSender, raw);
    if (typeof found === 'object') {
      await takeNotice(needs, found.noticeId, { nullSender, raw });
      return 'notice';
    }
    if (found !== 'forged') fault = found;
  }
  return fault;
}
