/** Looks into a mailbox by IMAP as the office's mail program does. */
import { ImapFlow } from 'imapflow';
import type { Mailbox } from './dovecot.ts';

/** Gives the letters in it, oldest first, as they lie there. */
export async function readMailbox(port: number, mailbox: Mailbox): Promise<Buffer[]> {
  return inside(port, mailbox, async (client) => {
    const letters: Buffer[] = [];
    for await (const { source } of client.fetch('1:*', { source: true })) if (source) letters.push(source);
    return letters;
  });
}

/** Somebody tidies up: nothing is left. */
export async function emptyMailbox(port: number, mailbox: Mailbox): Promise<void> {
  await inside(port, mailbox, (client) => client.messageDelete('1:*'));
}

async function inside<T>(
  port: number,
  { address, password }: Mailbox,
  look: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    auth: { user: address, pass: password },
    logger: false,
  });
  await client.connect();
  try {
    await client.mailboxOpen('INBOX');
    return await look(client);
  } finally {
    await client.logout();
  }
}
