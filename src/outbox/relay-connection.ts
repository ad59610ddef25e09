/** One kept connection to a relay, and one conversation at a time on it. The only importer of nodemailer's SMTP client. */
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { stopwatch } from '../clock.ts';
import { reach } from '../points.ts';
import { parseReply } from './smtp-reply.ts';
import type { AttemptResult, SmtpStage } from './verdict.ts';

export interface Relay {
  host: string;
  port: number;
  secure: boolean;
  user: string | undefined;
  password: string | undefined;
  /** Our name in EHLO. */
  name: string;
}

export interface OutgoingMail {
  /** Envelope sender: the signed return path. */
  from: string;
  to: string;
  /** Comes back as Original-Envelope-Id (RFC 3461 §4.4). */
  envelopeId: string;
  bytes: Buffer;
}

/** Seconds spent in each part of a conversation, for the metrics. */
export type StageSeconds = Partial<Record<'connect' | 'envelope' | 'data' | 'dot', number>>;

export interface Conversation {
  result: AttemptResult;
  seconds: StageSeconds;
}

type Failure = Error & { code?: string; command?: string; responseCode?: number; response?: string };

const stageOfCommand: Record<string, SmtpStage> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  LHLO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  'MAIL FROM': 'mail',
  'RCPT TO': 'rcpt',
  DATA: 'data',
};

/** RFC 5321 §4.5.3.2: ten minutes after the final dot; less would only make duplicates. */
const timeouts = { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 600_000, dnsTimeout: 30_000 };

export class RelayConnection {
  /** Letters that went over this connection. */
  sent = 0;
  /** False once the connection must not be used again. */
  usable = true;
  private readonly connection: SMTPConnection;
  private readonly relay: Relay;
  /** Where the present conversation is, as read off its commands and replies. */
  private stage: SmtpStage = 'connect';

  constructor(relay: Relay) {
    this.relay = relay;
    this.connection = new SMTPConnection({
      ...timeouts,
      host: relay.host,
      port: relay.port,
      secure: relay.secure,
      name: relay.name,
      // A password goes over no wire in clear, whatever the server offers.
      requireTLS: relay.user !== undefined && !relay.secure && !isLoopback(relay.host),
      transactionLog: true,
      logger: this.watcher(),
    });
    this.connection.on('error', () => (this.usable = false));
    this.connection.on('end', () => (this.usable = false));
  }

  /** Dials, greets and signs in. Rejects with nodemailer's error; `failed` reads it. */
  async open(): Promise<void> {
    await this.settled<void>((done) => this.connection.connect(done));
    const { user, password } = this.relay;
    if (user !== undefined)
      await this.settled<boolean>((done) => this.connection.login({ user, pass: password ?? '' }, done));
  }

  /**
   * Holds one conversation. A refusal, a break and a doubt are results; nothing is thrown. It is cut off after
   * `within` milliseconds: a server that dribbles would otherwise outlive the lease.
   */
  async send(mail: OutgoingMail, within: number): Promise<Conversation> {
    const seconds: StageSeconds = {};
    this.onStage = stageTimer(seconds);
    this.stage = 'mail';
    const envelope = {
      from: mail.from,
      to: [mail.to],
      size: mail.bytes.length,
      dsn: { ret: 'HDRS', envid: mail.envelopeId, notify: ['FAILURE', 'DELAY'], orcpt: `rfc822;${mail.to}` },
    };
    const cut = setTimeout(() => this.connection.close(), within);
    try {
      const response = await this.settled<string>((done) =>
        this.connection.send(envelope, mail.bytes, (error, info) => done(error, info?.response ?? '')),
      );
      reach('after-250');
      this.onStage('done');
      this.sent += 1;
      return { result: { verdict: 'accepted', reply: parseReply(response, 'dot') }, seconds };
    } catch (error) {
      const result = this.failed(error as Failure);
      if (!(await this.stillGood(result))) this.close();
      return { result, seconds };
    } finally {
      clearTimeout(cut);
    }
  }

  /**
   * Reads a failure. A server's reply decides; without one, everything before its 354 certainly did not
   * arrive, and everything after it may have (RFC 5321 §4.1.1.4): nodemailer names both the same way.
   */
  failed(error: Failure): AttemptResult {
    if (error.responseCode !== undefined && error.response !== undefined) {
      const named = stageOfCommand[error.command ?? ''] ?? (error.command?.startsWith('AUTH') ? 'auth' : undefined);
      const stage = this.stage === 'dot' ? 'dot' : (named ?? (this.stage === 'connect' ? 'banner' : this.stage));
      return { verdict: error.responseCode >= 500 ? 'refused' : 'deferred', reply: parseReply(error.response, stage) };
    }
    const text = `${error.code ?? 'ERROR'}: the connection ended without a reply`;
    const reply = {
      stage: error.code === 'EDNS' ? ('dns' as const) : this.stage,
      code: undefined,
      enhanced: undefined,
      text,
    };
    return { verdict: this.stage === 'dot' ? 'in_doubt' : 'unreachable', reply };
  }

  close(): void {
    this.usable = false;
    this.connection.quit();
    this.connection.close();
  }

  /** nodemailer tells some breaks only by an event and some only to the callback: the first of them counts. */
  private settled<T>(start: (done: (error?: Error | null, value?: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The end of a connection may be told before the reply that caused it: the reply goes first.
      const ended = (): void => void setTimeout(reject, 100, new Error('the connection ended'));
      this.connection.once('error', reject);
      this.connection.once('end', ended);
      start((error, value) => {
        this.connection.off('error', reject);
        this.connection.off('end', ended);
        if (error) reject(error);
        else resolve(value as T);
      });
    });
  }

  private onStage: (stage: SmtpStage | 'done') => void = () => undefined;

  /** After a refusal the next letter may use the connection, unless the server is leaving (421, RFC 5321 §3.8). */
  private async stillGood({ verdict, reply }: AttemptResult): Promise<boolean> {
    if (verdict === 'in_doubt' || verdict === 'unreachable' || reply.code === 421 || !this.usable) return false;
    try {
      await this.settled<boolean>((done) => this.connection.reset(done));
      return this.usable;
    } catch {
      return false;
    }
  }

  /** nodemailer logs each command and reply (never the message): that tells the stage, and when it ended. */
  private watcher() {
    const see = (entry: unknown, text: unknown): void => {
      const tnx = typeof entry === 'object' && entry !== null && 'tnx' in entry ? entry.tnx : undefined;
      if (tnx === 'server' && this.stage === 'mail' && String(text).startsWith('354')) {
        this.stage = 'dot';
        this.onStage('data');
        reach('after-354');
      } else if (tnx === 'message') {
        this.onStage('dot');
        reach('after-dot');
      }
    };
    const ignore = (): void => undefined;
    return { level: ignore, trace: ignore, debug: see, info: see, warn: ignore, error: ignore, fatal: ignore };
  }
}

function stageTimer(seconds: StageSeconds): (stage: SmtpStage | 'done') => void {
  let watch = stopwatch();
  let part: 'envelope' | 'data' | 'dot' = 'envelope';
  return (stage) => {
    seconds[part] = watch();
    watch = stopwatch();
    part = stage === 'data' ? 'data' : 'dot';
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
