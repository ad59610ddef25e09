/** A small pool of kept connections to the relay. It never tries again by itself: attempts are counted in one place. */
import { second, stopwatch } from '../clock.ts';
import { RelayConnection, type Conversation, type OutgoingMail, type Relay } from './relay-connection.ts';

export interface RelayPool {
  /**
   * Sends one letter as soon as a connection is free, unless it may no longer start by then, or the pool is
   * closing: `not-started` is a promise that nothing was said. Never throws for what a server does.
   */
  send(mail: OutgoingMail, limits: SendLimits): Promise<Conversation | 'not-started'>;
  /** Starts nothing more, waits for the conversations under way, then hangs up. */
  close(): Promise<void>;
}

export interface SendLimits {
  /** Asked when a connection is free: whether there is still time to begin. */
  mayStart(): boolean;
  /** Milliseconds after which a conversation is cut off, however alive it seems. */
  within: number;
}

/** Some servers limit messages per connection; a hundred is below all known limits. */
const lettersPerConnection = 100;
const idleFor = 20 * second;

export function createRelayPool(needs: { relay: Relay; connections: number }): RelayPool {
  const idle = new Map<RelayConnection, NodeJS.Timeout>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let closing = false;

  async function enter(): Promise<void> {
    if (busy >= needs.connections) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy += 1;
  }

  /** Hands the freed place to the next in line, or gives it back. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }

  function takeIdle(): RelayConnection | undefined {
    for (const [connection, timer] of idle) {
      clearTimeout(timer);
      idle.delete(connection);
      if (connection.usable) return connection;
    }
    return undefined;
  }

  function keep(connection: RelayConnection): void {
    if (!connection.usable) return;
    if (connection.sent >= lettersPerConnection) return connection.close();
    const timer = setTimeout(() => {
      idle.delete(connection);
      connection.close();
    }, idleFor);
    timer.unref();
    idle.set(connection, timer);
  }

  async function converse(mail: OutgoingMail, within: number): Promise<Conversation> {
    let connection = takeIdle();
    let connect: number | undefined;
    if (!connection) {
      const watch = stopwatch();
      connection = new RelayConnection(needs.relay);
      try {
        await connection.open();
        connect = watch();
      } catch (error) {
        const result = connection.failed(error as Error);
        connection.close();
        return { result, seconds: {} };
      }
    }
    const conversation = await connection.send(mail, within);
    keep(connection);
    return { ...conversation, seconds: { ...conversation.seconds, ...(connect === undefined ? {} : { connect }) } };
  }

  return {
    async send(mail, { mayStart, within }) {
      await enter();
      try {
        return closing || !mayStart() ? 'not-started' : await converse(mail, within);
      } finally {
        leave();
      }
    },
    async close() {
      closing = true;
      while (busy > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const [connection, timer] of idle) {
        clearTimeout(timer);
        connection.close();
      }
      idle.clear();
    },
  };
}

/** `smtp://user:password@host:port` to its parts. Ports default to 587, and 465 for `smtps`. */
export function relayOf(url: string, name: string): Relay {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'smtps:';
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port ? Number(parsed.port) : secure ? 465 : 587,
    secure,
    user: parsed.username ? decodeURIComponent(parsed.username) : undefined,
    password: parsed.password ? decodeURIComponent(parsed.password) : undefined,
    name,
  };
}
