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
  /** Milliseconds after which dialling and talking are cut off, however alive the server seems. */
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

  /** A new connection, greeted and signed in, or what kept it from being one. */
  async function dial(
    within: number,
  ): Promise<{ connection: RelayConnection; connect: number } | { failed: Conversation }> {
    const connection = new RelayConnection(needs.relay);
    const watch = stopwatch();
    // A server that dribbles through its greeting must not outlive the lease either.
    const cut = setTimeout(() => connection.close(), within);
    try {
      await connection.open();
      return { connection, connect: watch() };
    } catch (error) {
      connection.close();
      return { failed: { result: connection.failed(error as Error), seconds: {} } };
    } finally {
      clearTimeout(cut);
    }
  }

  async function converse(mail: OutgoingMail, { mayStart, within }: SendLimits): Promise<Conversation | 'not-started'> {
    const kept = takeIdle();
    if (kept) return finish(kept, await kept.send(mail, within));
    const watch = stopwatch();
    const dialled = await dial(within);
    if ('failed' in dialled) return dialled.failed;
    const { connection, connect } = dialled;
    if (closing || !mayStart()) {
      keep(connection);
      return 'not-started';
    }
    const conversation = await connection.send(mail, Math.max(within - watch() * 1000, 0));
    return finish(connection, { ...conversation, seconds: { ...conversation.seconds, connect } });
  }

  function finish(connection: RelayConnection, conversation: Conversation): Conversation {
    keep(connection);
    return conversation;
  }

  return {
    async send(mail, limits) {
      await enter();
      try {
        return closing || !limits.mayStart() ? 'not-started' : await converse(mail, limits);
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
