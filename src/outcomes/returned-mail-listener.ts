/** The door for returned mail: an SMTP or LMTP listener that knows no recipient but the return paths we signed. */
import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerEnvelope } from 'smtp-server';
import { minute } from '../clock.ts';
import { asError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  leadsTo,
  mostReturnedBytes,
  takeNotice,
  returnedMail,
  storeReturned,
  type StoreNeeds,
} from './store-returned-mail.ts';

interface Needs extends StoreNeeds {
  log: Log;
}

export interface ReturnedMailListener {
  port: number;
  close(): Promise<void>;
}

const refusals = {
  forged: '5.1.1 no such return path',
  expired: '5.1.6 this return path is no longer read',
  'never-sent': '5.1.1 no such return path',
} as const;

/** Opens the listener. What is answered with 250 is on disk. */
export async function listenForReturnedMail(
  needs: Needs,
  at: { host: string; port: number; protocol: 'smtp' | 'lmtp' },
): Promise<ReturnedMailListener> {
  const server = new SMTPServer({
    // LMTP (RFC 2033) answers once per recipient; one mail is stored for all of them or for none.
    lmtp: at.protocol === 'lmtp',
    banner: 'returned mail only',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: mostReturnedBytes,
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

/** Lets only return paths pass of what really left. */
async function checkRecipient(needs: Needs, address: string): Promise<void> {
  const found = await leadsTo(needs, address);
  if (typeof found === 'object') return;
  needs.counted(found);
  throw refusal(550, refusals[found]);
}

/** Reads the whole mail and stores it once for each letter; what is answered with 250 is on disk. */
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
  const raw = Buffer.concat(chunks);
  try {
    const found = await Promise.all(rcptTo.map(({ address }) => leadsTo(needs, address)));
    const letters = found.flatMap((each) => (typeof each === 'object' && 'letterId' in each ? [each.letterId] : []));
    for (const each of found)
      if (typeof each === 'object' && 'noticeId' in each) await takeNotice(needs, each.noticeId, { nullSender, raw });
    await storeReturned(
      needs,
      letters.map((letterId) => returnedMail(letterId, nullSender, raw)),
    );
  } catch (thrown) {
    needs.log.error({ reason: asError(thrown).message }, 'returned mail could not be stored');
    throw refusal(451, '4.3.0 try again later');
  }
}
