/** One connection to an IMAP folder: which mails are new, their bytes, and marking them as read. The only importer of imapflow. */
import { createHash } from 'node:crypto';
import { ImapFlow } from 'imapflow';
import { minute, second } from '../../clock.ts';
import { AppError } from '../../errors.ts';

export interface ImapPlace {
  host: string;
  port: number;
  secure: boolean;
  user: string;
  password: string;
  folder: string;
  /** Removes what is stored from the folder; else it is marked as seen and stays. */
  removes: boolean;
}

export interface ImapFolder {
  /** Hash of server, user and folder, for the mark. */
  name: string;
  uidValidity: string;
  /** UIDs above the mark, rising. */
  newSince(uid: number): Promise<number[]>;
  /** UIDs up to the mark that nobody marked as seen: left over by a crash between our commit and the mark. */
  leftOver(uid: number): Promise<number[]>;
  /** The mail, or why there is none. */
  fetch(uid: number): Promise<Buffer | 'too-large' | 'gone'>;
  /** Marks as seen, or removes. */
  settle(uids: readonly number[], isStored: boolean): Promise<void>;
  /** Resolves when something came, the connection ended, or after the time given. */
  news(within: number): Promise<void>;
  close(): Promise<void>;
}

/** Shorter than the half hour after which servers hang up on IDLE (RFC 2177 §3). */
const idleFor = 9 * minute;

/** `imaps://user:password@host:993/Folder`. Ports default to 993, and 143 for `imap`; the folder to INBOX. */
export function imapPlaceOf(url: string, removes: boolean): ImapPlace {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'imaps:';
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port ? Number(parsed.port) : secure ? 993 : 143,
    secure,
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    folder: decodeURIComponent(parsed.pathname.slice(1)) || 'INBOX',
    removes,
  };
}

/**
 * Dials, signs in and opens the folder. Rejects with an `AppError` that names no user. `closing` cuts it off at any
 * time: what was under way is found again by the mark.
 */
export async function openFolder(place: ImapPlace, mostBytes: number, closing: AbortSignal): Promise<ImapFolder> {
  const client = new ImapFlow({
    host: place.host,
    port: place.port,
    secure: place.secure,
    auth: { user: place.user, pass: place.password },
    // A password goes over no wire in clear, whatever the server offers.
    doSTARTTLS: place.secure ? undefined : !isLoopback(place.host),
    autoIdleDelay: 20,
    maxIdleTime: idleFor,
    connectionTimeout: 30 * second,
    greetingTimeout: 30 * second,
    logger: false,
  });
  let isNew = false;
  let isOver = false;
  let wake = (): void => undefined;
  client.on('exists', () => {
    isNew = true;
    wake();
  });
  // Told by the event only, or by the next command; both end the session.
  client.on('error', () => wake());
  client.on('close', () => {
    isOver = true;
    wake();
  });
  closing.addEventListener('abort', () => client.close(), { once: true });
  try {
    await client.connect();
    const { uidValidity } = await client.mailboxOpen(place.folder);
    return { ...folderOf(client, place, mostBytes), uidValidity: String(uidValidity), news };
  } catch (cause) {
    client.close();
    throw new AppError('unavailable', reasonOf(cause), { cause });
  }

  async function news(within: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    if (!isNew && !isOver)
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, within);
      });
    clearTimeout(timer);
    isNew = false;
    if (isOver) throw new AppError('unavailable', 'the connection to the mailbox ended');
  }
}

function folderOf(client: ImapFlow, place: ImapPlace, mostBytes: number): Omit<ImapFolder, 'uidValidity' | 'news'> {
  const { host, port, user, folder } = place;
  const find = async (query: object): Promise<number[]> => {
    const found = await client.search(query, { uid: true });
    if (!Array.isArray(found)) throw new AppError('unavailable', 'the mailbox could not be searched');
    return found.toSorted((a, b) => a - b);
  };
  return {
    name: createHash('sha256')
      .update(JSON.stringify([host, port, user, folder]))
      .digest('base64url'),
    // `n:*` names the last mail even when its UID is lower (RFC 9051 §6.4.4).
    newSince: async (uid) => (await find({ uid: `${uid + 1}:*` })).filter((each) => each > uid),
    leftOver: async (uid) => (uid === 0 ? [] : find({ uid: `1:${uid}`, seen: false })),
    async fetch(uid) {
      const head = await client.fetchOne(String(uid), { uid: true, size: true }, { uid: true });
      if (!head) return 'gone';
      if ((head.size ?? 0) > mostBytes) return 'too-large';
      const mail = await client.fetchOne(String(uid), { uid: true, source: true }, { uid: true });
      return (mail && mail.source) || 'gone';
    },
    async settle(uids, isStored) {
      if (uids.length === 0) return;
      const range = uids.join(',');
      if (isStored && place.removes) await client.messageDelete(range, { uid: true });
      else await client.messageFlagsAdd(range, ['\\Seen'], { uid: true });
    },
    async close() {
      if (client.usable) await client.logout().catch(() => undefined);
      client.close();
    },
  };
}

/** What operators may read: a server's own words can repeat the user's name. */
function reasonOf(thrown: unknown): string {
  const error = thrown as { authenticationFailed?: boolean; code?: unknown; responseStatus?: unknown };
  if (error.authenticationFailed) return 'the mailbox refuses our login';
  if (typeof error.responseStatus === 'string') return `the mailbox cannot be opened: ${error.responseStatus}`;
  return `the mailbox cannot be reached: ${typeof error.code === 'string' ? error.code : 'no answer'}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
