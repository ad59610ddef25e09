/** A greylist (RFC 6647) as a Postfix policy service: who comes for the first time is asked to come again later. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { minute, type Clock } from '../../../src/clock.ts';

export interface Greylist {
  port: number;
  /** How often it asked somebody to come again. */
  readonly deferred: number;
  close(): Promise<void>;
}

/** Lets a triplet of client, sender and recipient in when it comes back after `wait` milliseconds of this clock. */
export async function startGreylist(clock: Clock, wait = 5 * minute): Promise<Greylist> {
  const firstSeen = new Map<string, number>();
  const sockets = new Set<Socket>();
  let deferred = 0;

  function judge(request: ReadonlyMap<string, string>): string {
    const triplet = ['client_address', 'sender', 'recipient'].map((name) => request.get(name)).join(' ');
    const now = clock.now();
    const since = firstSeen.get(triplet) ?? now;
    firstSeen.set(triplet, since);
    if (now - since >= wait) return 'DUNNO';
    deferred += 1;
    return 'DEFER_IF_PERMIT Greylisted, please come back in a few minutes';
  }

  // https://www.postfix.org/SMTPD_POLICY_README.html: lines of name=value, an empty line, one answer.
  const server = createServer((socket) => {
    let request = new Map<string, string>();
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    createInterface({ input: socket }).on('line', (line) => {
      if (line !== '') {
        const at = line.indexOf('=');
        request.set(line.slice(0, at), line.slice(at + 1));
        return;
      }
      socket.write(`action=${judge(request)}\n\n`);
      request = new Map();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get deferred() {
      return deferred;
    },
    close() {
      // Postfix keeps its line to a policy service.
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
