/** The door for returned mail: an SMTP listener that knows no recipient but the return paths we signed. */
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { minute, type Clock } from '../clock.ts';
import { asError } from '../errors.ts';
import { newId } from '../ids.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Log } from '../log.ts';
import type { ReturnPaths } from '../outbox/return-path.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/rows.ts';
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

const refusals: Partial<Record<ReturnedMailResult, string>> = {
  forged: '5.1.1 no such return path',
  expired: '5.1.6 this return path is no longer read',
  'never-sent': '5.1.1 no such return path',
};

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
      checkRecipient(needs, address.address).then(
        (result) => done(result === undefined ? undefined : refusal(550, refusals[result] ?? '5.1.1 refused')),
        () => done(refusal(451, '4.3.0 try again later')),
      );
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          needs.counted('too-large');
          return done(refusal(552, '5.3.4 larger than any report'));
        }
        const { mailFrom, rcptTo } = session.envelope;
        const nullSender = !mailFrom || mailFrom.address === '';
        store(
          needs,
          rcptTo.map((recipient) => recipient.address),
          nullSender,
          Buffer.concat(chunks),
        ).then(
          () => done(),
          (thrown: unknown) => {
            needs.log.error({ reason: asError(thrown).message }, 'returned mail could not be stored');
            done(refusal(451, '4.3.0 try again later'));
          },
        );
      });
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

/** Undefined when the address is a return path of a letter that really left. */
async function checkRecipient(needs: Needs, address: string): Promise<ReturnedMailResult | undefined> {
  const read = needs.paths.read(address, needs.clock.now());
  let result: ReturnedMailResult | undefined;
  if (read.kind !== 'valid') result = read.kind;
  else if (!(await wasSent(needs, read.letterId))) result = 'never-sent';
  if (result) needs.counted(result);
  return result;
}

async function wasSent(needs: Needs, letterId: string): Promise<boolean> {
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
