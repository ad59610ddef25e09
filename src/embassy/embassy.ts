/**
 * The simulated embassy: a mail server that behaves like real ones do, for the demo, for tests, and for the
 * service while no SMTP_URL is set. Nothing it takes ever leaves this machine.
 */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { minute, systemClock, type Clock } from '../clock.ts';
import type { Answer, Personality, ReceivedMail, VisitStage } from './personality.ts';
import { sendReport } from './send-report.ts';
import { speakThrough } from './speak-through.ts';

export interface EmbassyOptions {
  /** Port to listen on; 0 for any that is free. */
  port?: number;
  host?: '127.0.0.1';
  /** Name in the greeting and in reports. */
  hostname?: string;
  personality: Personality;
  /** Our bounce listener; without one no report is sent. */
  bounceTo?: { host: string; port: number };
  onMail?: (mail: ReceivedMail) => void;
  /** Letters kept in memory, oldest forgotten first. */
  keep?: number;
  clock?: Clock;
}

interface EmbassyCounts {
  connections: number;
  /** Letters taken, also those whose reply was swallowed. */
  letters: number;
  /** Replies of 5xx, of 4xx, and lines closed without a word. */
  refused: number;
  deferred: number;
  dropped: number;
  /** Reports the bounce listener took, and those it refused or never took. */
  reports: number;
  reportsRefused: number;
}

export interface Embassy {
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  readonly port: number;
  /** The letters taken, oldest first, at most `keep`. */
  readonly received: readonly ReceivedMail[];
  readonly counts: Readonly<EmbassyCounts>;
  /** Changes the behaviour from the next reply on. */
  become(personality: Personality): void;
  /** Resolves when `count` letters were taken since the start; rejects after `timeoutMs` and says what it last saw. */
  waitForMail(count: number, timeoutMs: number): Promise<readonly ReceivedMail[]>;
  /** Stops listening, hangs up and drops reports that were not sent yet. */
  close(): Promise<void>;
}

/** Opens a simulated embassy. */
export async function startEmbassy(options: EmbassyOptions): Promise<Embassy> {
  const { hostname = 'mx.embassy.example', host = '127.0.0.1', keep = 1_000, clock = systemClock } = options;
  let personality = options.personality;
  const received: ReceivedMail[] = [];
  const counts: EmbassyCounts = {
    connections: 0,
    letters: 0,
    refused: 0,
    deferred: 0,
    dropped: 0,
    reports: 0,
    reportsRefused: 0,
  };
  const waiting = new Set<() => void>();
  const stopping = new AbortController();
  const reporting = new Set<Promise<void>>();
  let lastSeen = 'no visitor at all';

  const server = new SMTPServer({
    name: hostname,
    banner: 'simulated embassy',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideDSN: false,
    size: 25 * 1024 * 1024,
    socketTimeout: 5 * minute,
    onConnect(session, done) {
      counts.connections += 1;
      lastSeen = 'a connection';
      speakThrough(connectionOf(session), () => personality.delay, stopping.signal);
      if (ends(session, 'connect', done)) return;
      // smtp-server has no hook for EHLO: it is the first thing a visitor sends.
      const atEhlo = ask(session, 'ehlo');
      if (atEhlo && 'hangUp' in atEhlo) socketOf(session)?.prependOnceListener('data', () => hangUp(session, 'ehlo'));
      done();
    },
    onMailFrom(address, session, done) {
      if (!ends(session, 'mail', done, address.address)) done();
    },
    onRcptTo(address, session, done) {
      if (!ends(session, 'rcpt', done, undefined, address.address)) done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      let isBroken = ends(session, 'data', done);
      // The line may break at any byte; smtp-server then ends the stream with an error and nobody waits for us.
      stream.on('error', () => {
        lastSeen = 'a line that broke inside a letter';
      });
      stream.on('data', (chunk: Buffer) => {
        if (chunks.length === 0) isBroken ||= ends(session, 'body', done);
        chunks.push(chunk);
      });
      stream.on('end', () => {
        if (isBroken) return;
        const answer = ask(session, 'dot');
        const isTaken = answer === undefined || ('hangUp' in answer && answer.taken === true);
        const queueId = `4T${(counts.letters + 1).toString(36).toUpperCase().padStart(10, '0')}`;
        if (isTaken) take(session, chunks, queueId);
        if (answer) give(session, 'dot', answer, done);
        else done(null, `2.0.0 Ok: queued as ${queueId}`);
      });
    },
  });
  // Visitors that hang up or are hung up on are what this server is for.
  server.on('error', (error) => {
    lastSeen = `a broken line (${error.message})`;
  });

  function connectionOf(session: SMTPServerSession) {
    for (const connection of server.connections) if (connection.id === session.id) return connection;
    return undefined;
  }

  function socketOf(session: SMTPServerSession) {
    return connectionOf(session)?._socket;
  }

  function ask(session: SMTPServerSession, stage: VisitStage, from?: string, to?: string): Answer | undefined {
    const { mailFrom, rcptTo } = session.envelope;
    return personality.answer?.({
      stage,
      client: session.remoteAddress,
      from: from ?? (mailFrom ? mailFrom.address : ''),
      to: to ?? rcptTo[0]?.address ?? '',
      at: clock.now(),
    });
  }

  type Done = (error?: Error | null) => void;

  /** Asks the personality; true when it had an answer that ends the step. */
  function ends(session: SMTPServerSession, stage: VisitStage, done: Done, from?: string, to?: string): boolean {
    const answer = ask(session, stage, from, to);
    if (answer) give(session, stage, answer, done);
    return answer !== undefined;
  }

  function give(session: SMTPServerSession, stage: VisitStage, answer: Answer, done: Done): void {
    if ('hangUp' in answer) return hangUp(session, stage);
    const [first = ''] = answer.say.split('\n');
    const code = Number(first.slice(0, 3));
    if (code >= 500) counts.refused += 1;
    else counts.deferred += 1;
    lastSeen = `${stage} answered with ${first}`;
    const words = answer.say.replaceAll(/^\d{3}[ -]/gm, '');
    done(Object.assign(new Error(words), { responseCode: code }));
  }

  function hangUp(session: SMTPServerSession, stage: VisitStage): void {
    counts.dropped += 1;
    lastSeen = `a line closed at ${stage}`;
    socketOf(session)?.destroy();
  }

  function take(session: SMTPServerSession, chunks: readonly Buffer[], queueId: string): void {
    const { mailFrom, rcptTo, dsn } = session.envelope;
    const mail: ReceivedMail = {
      envelope: {
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(({ address }) => address),
        envelopeId: dsn?.envid ?? undefined,
      },
      raw: Buffer.concat(chunks),
      at: clock.now(),
    };
    counts.letters += 1;
    lastSeen = `letter ${counts.letters} taken`;
    received.push(mail);
    if (received.length > keep) received.shift();
    options.onMail?.(mail);
    for (const look of waiting) look();
    const report = mail.envelope.from === '' ? undefined : personality.sendsBack?.(mail);
    if (!report || !options.bounceTo) return;
    const sending = sendReport(
      { hostname, clock, to: options.bounceTo, signal: stopping.signal },
      mail,
      report,
      queueId,
    )
      .then((reply) => {
        if (reply === undefined) return;
        lastSeen = `a report answered with ${reply}`;
        if (reply.startsWith('2')) counts.reports += 1;
        else counts.reportsRefused += 1;
      })
      .finally(() => reporting.delete(sending));
    reporting.add(sending);
  }

  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port ?? 0, host, () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://${host}:${port}`,
    port,
    received,
    counts,
    become(next) {
      personality = next;
    },
    waitForMail(count, timeoutMs) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (counts.letters < count) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(received);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          const counted = `${counts.letters} of ${count} letters after ${timeoutMs} ms`;
          reject(new Error(`The embassy (${personality.name}) saw ${counted}; last: ${lastSeen}.`));
        }, timeoutMs);
        waiting.add(look);
        look();
      });
    },
    async close() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of server.connections) connection._socket.destroy();
      await Promise.all([closed, ...reporting]);
    },
  };
}
