/** Receivers that share no code with what composes our letters: they take mail, parse it and verify its signature. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dkimVerify } from 'mailauth';
import PostalMime, { type Address } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { z } from 'zod';

const mailbox = z.object({ name: z.string(), address: z.string() }).nullable();

/** What a receiver's own parser read. */
const letterRead = z.object({
  /** Content type of the whole message. */
  type: z.string(),
  from: mailbox,
  sender: mailbox,
  replyTo: mailbox,
  to: mailbox,
  subject: z.string(),
  /** Milliseconds since 1970. */
  date: z.number(),
  messageId: z.string(),
  language: z.string(),
  /** Names of all fields in lower case. */
  fields: z.array(z.string()),
  parts: z.array(z.object({ type: z.string(), text: z.string() })),
  /** What the parser complained about. */
  defects: z.array(z.string()),
});

export interface CaughtLetter {
  envelope: { from: string; to: string[] };
  raw: Buffer;
  read: z.infer<typeof letterRead>;
}

/** Names of TXT records and their values. */
export type TxtRecords = Readonly<Record<string, string>>;

export interface Receiver {
  url: string;
  /** Letters taken, oldest first. */
  letters: readonly CaughtLetter[];
  /** Letters told to come again after their final dot. */
  putOff: readonly Buffer[];
  /** The next letter is put off once. */
  putOffOnce(): Promise<unknown>;
  /** Whether the DKIM signature holds, with the keys found in the receiver's DNS. */
  verifies(raw: Buffer): Promise<boolean>;
  close(): Promise<void>;
}

const greylisted = '4.7.1 Greylisted, please try again in 300 seconds';

/** Debian's aiosmtpd, Python's own email package and Debian's dkimpy, in a process of their own. */
export async function pythonReceiver(records: TxtRecords): Promise<Receiver> {
  const child = spawn('/usr/bin/python3', ['test/support/catch-letters.py', JSON.stringify(records)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const letters: CaughtLetter[] = [];
  const putOff: Buffer[] = [];
  const asked: ((answer: boolean) => void)[] = [];
  const bytes = z.string().transform((text) => Buffer.from(text, 'base64'));
  const line = z.object({
    port: z.number().optional(),
    put_off: bytes.optional(),
    letter: z
      .object({ envelope: z.object({ from: z.string(), to: z.array(z.string()) }), raw: bytes, read: letterRead })
      .optional(),
    answer: z.boolean().optional(),
  });
  const ask = (order: object): Promise<boolean> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    return new Promise((resolve) => asked.push(resolve));
  };
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`catch-letters.py ended with ${code}`)));
    createInterface(child.stdout).on('line', (text) => {
      const told = line.parse(JSON.parse(text));
      if (told.port !== undefined) resolve(told.port);
      if (told.put_off) putOff.push(told.put_off);
      if (told.letter) letters.push(told.letter);
      if (told.answer !== undefined) asked.shift()?.(told.answer);
    });
  });
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    putOff,
    putOffOnce: () => ask({ put_off_once: true }),
    verifies: (raw) => ask({ verify: raw.toString('base64') }),
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Libraries of Node that take no part in composing: smtp-server, postal-mime and mailauth. */
export async function nodeReceiver(records: TxtRecords, options: SMTPServerOptions = {}): Promise<Receiver> {
  const letters: CaughtLetter[] = [];
  const putOff: Buffer[] = [];
  let putOffNext = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    ...options,
    onData(stream, session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        if (putOffNext) {
          putOffNext = false;
          putOff.push(raw);
          return answer(Object.assign(new Error(greylisted), { responseCode: 451 }));
        }
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
        readLetter(raw).then(
          (read) => {
            letters.push({ envelope, raw, read });
            answer();
          },
          (error: Error) => answer(error),
        );
      });
    },
  });
  // A sender that does not trust our certificate, or hangs up, is told by what arrives.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `${options.secure === true ? 'smtps' : 'smtp'}://127.0.0.1:${port}`,
    letters,
    putOff,
    putOffOnce() {
      putOffNext = true;
      return Promise.resolve();
    },
    async verifies(raw) {
      const { results } = await dkimVerify(raw, {
        strict: true,
        async resolver(name: string, type: string) {
          const value = records[name];
          if (type === 'TXT' && value !== undefined) return [value.match(/.{1,255}/g) ?? []];
          throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
        },
      });
      return results.length === 1 && results[0]?.status.result === 'pass';
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function readLetter(raw: Buffer): Promise<CaughtLetter['read']> {
  const mail = await PostalMime.parse(raw);
  const field = (name: string): string => mail.headers.find(({ key }) => key === name)?.value ?? '';
  const one = (address: Address | undefined): { name: string; address: string } | null =>
    address?.address === undefined ? null : { name: address.name, address: address.address };
  const parts = [
    { type: 'text/plain', text: mail.text },
    { type: 'text/html', text: mail.html },
  ];
  return {
    type: field('content-type').split(';', 1)[0] ?? '',
    from: one(mail.from),
    sender: one(mail.sender),
    replyTo: one(mail.replyTo?.[0]),
    to: one(mail.to?.[0]),
    subject: mail.subject ?? '',
    date: Date.parse(mail.date ?? ''),
    messageId: mail.messageId ?? '',
    language: field('content-language'),
    fields: mail.headers.map(({ key }) => key),
    parts: parts.flatMap(({ type, text }) => (text === undefined ? [] : [{ type, text }])),
    defects: mail.attachments.map(({ mimeType }) => `an attachment of type ${mimeType}`),
  };
}

/** Makes DKIM keys where `DKIM_DIR` expects them, and gives the records to publish. */
export function makeDkimKeys(folder: string, domains: readonly string[]): TxtRecords {
  return Object.fromEntries(
    domains.map((domain) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      mkdirSync(join(folder, domain), { recursive: true });
      writeFileSync(join(folder, domain, 'test1.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      return [`test1._domainkey.${domain}`, `v=DKIM1; k=rsa; p=${p}`];
    }),
  );
}
