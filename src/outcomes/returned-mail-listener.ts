/** The door for returned mail: an SMTP listener that knows no recipient but the return paths we signed. */
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerEnvelope } from 'smtp-server';
import { minute, type Clock } from '../clock.ts';
import { asError } from '../errors.ts';
import { newId } from '../ids.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Log } from '../log.ts';
import type { ReturnPaths } from '../outbox/return-path.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';
import { returnedMailTable, type ReturnedMail } from './returned-mail-table.ts';

export type ReturnedMailResult = 'stored' | 'again' | 'forged' | 'expired' | 'never-sent' | 'too-large';

interface Needs {
  database: Database;
  clock: Clock;
  log: Log;
  queue: Queue;
  paths: ReturnPaths;
  counted(result: ReturnedMailResult): void;
}

export interface ReturnedMailListener {
  port: number;
  close(): Promise<void>;
}

/** Reports hold a letter at most; anything larger is no report. */
const mostBytes = 2 * 1024 * 1024;

const refusals = {
  forged: '5.1.1 no such return path',
  expired: '5.1.6 this return path is no longer read',
  'never-sent': '5.1.1 no such return path',
} as const;

/** Opens the listener. What is answered with 250 is on disk. */
export async function listenForReturnedMail(
  needs: Needs,
  at: { host: string; port: number },
): Promise<ReturnedMailListener> {
  const server = new SMTPServer({
    banner: 'returned mail only',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: mostBytes,
    maxClients: 100,
    socketTimeout: 5 * minute,
    onRcptTo(address, _session, done) {
      callbackify(() => checkRecipient(needs, address.address))(done);
    },
    onData(stream, session, done) {
      callbackify(() => takeMail(needs, stream, session.envelope))(done);
    },
  });
  // Half-open scanners and resets are everyday life of an SMTP port.
  server.on('error', (error) => needs.log.debug({ reason: error.message }, 'bounce listener'));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(at.port, at.host, () => resolve());
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** Lets only return paths of letters pass that really left. */
async function checkRecipient(needs: Needs, address: string): Promise<void> {
  const read = needs.paths.read(address, needs.clock.now());
  const result = read.kind !== 'valid' ? read.kind : (await sent(needs, read.letterId)) ? undefined : 'never-sent';
  if (result === undefined) return;
  needs.counted(result);
  throw refusal(550, refusals[result]);
}

/** Reads the whole mail and stores it; what is answered with 250 is on disk. */
async function takeMail(
  needs: Needs,
  stream: SMTPServerDataStream,
  { mailFrom, rcptTo }: SMTPServerEnvelope,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!stream.sizeExceeded) chunks.push(chunk);
  }
  if (stream.sizeExceeded) {
    needs.counted('too-large');
    throw refusal(552, '5.3.4 larger than any report');
  }
  const nullSender = !mailFrom || mailFrom.address === '';
  try {
    await store(
      needs,
      rcptTo.map((recipient) => recipient.address),
      nullSender,
      Buffer.concat(chunks),
    );
  } catch (thrown) {
    needs.log.error({ reason: asError(thrown).message }, 'returned mail could not be stored');
    throw refusal(451, '4.3.0 try again later');
  }
}

async function sent(needs: Needs, letterId: string): Promise<boolean> {
  const letter = await needs.database.read.findOne(letterTable, {
    select: { id: true, attempts: true },
    where: { id: letterId },
  });
  return letter !== null && letter.attempts > 0;
}

/** Stores the raw mail once per letter, before anybody reads it, and asks for it to be read. */
async function store(needs: Needs, recipients: readonly string[], nullSender: boolean, raw: Buffer): Promise<void> {
  for (const recipient of recipients) {
    const read = needs.paths.read(recipient, needs.clock.now());
    if (read.kind !== 'valid') continue;
    const row: ReturnedMail = {
      id: newId(needs.clock),
      letterId: read.letterId,
      hash: createHash('sha256').update(read.letterId).update(raw).digest('base64url'),
      receivedAt: needs.clock.now(),
      nullSender,
      raw,
      readAt: null,
      kind: null,
      effect: null,
    };
    const isNew = await needs.database.write(async (transaction) => {
      if (await transaction.existsBy(returnedMailTable, { hash: row.hash })) return false;
      await insertRows(transaction, returnedMailTable, [row]);
      return true;
    });
    needs.counted(isNew ? 'stored' : 'again');
    if (isNew) await needs.queue.ask('read-report', { returnedMailId: row.id });
  }
}
