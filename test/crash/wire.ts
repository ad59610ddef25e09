/** A wire between two parts: a TCP proxy on a port that stays, whose line can be cut, stalled or made slow. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Wire {
  /** `mailer-1 — redis` */
  readonly name: string;
  readonly port: number;
  /** Where it leads to. */
  readonly farPort: number;
  /** Every connection is reset, and so is every new one. */
  cut(): void;
  /** Connections stay open and no byte passes, as behind a firewall that forgot them. */
  stall(): void;
  /** Every piece takes so many milliseconds more, in both directions. */
  slow(milliseconds: number): void;
  heal(): void;
  close(): void;
}

export async function layWire(name: string, farPort: number): Promise<Wire> {
  let state: 'whole' | 'cut' | 'stalled' = 'whole';
  let delay = 0;
  const ends = new Set<Socket>();

  function carry(from: Socket, onto: Socket): void {
    // Pieces leave in the order they came, also when the line gets well while some are still on their way.
    let last: Promise<unknown> = Promise.resolve();
    ends.add(from);
    if (state === 'stalled') from.pause();
    const pass = async (bytes: Buffer, late: Promise<unknown>): Promise<void> => {
      await late;
      if (!onto.destroyed && !onto.write(bytes)) await Promise.race([once(onto, 'drain'), once(onto, 'close')]);
      if (state !== 'stalled') from.resume();
    };
    from.on('data', (bytes: Buffer) => {
      from.pause();
      const before = last;
      const late = delay > 0 ? pause(delay) : undefined;
      last = pass(bytes, Promise.all([before, late])).catch(() => undefined);
    });
    from.on('end', () => void last.then(() => onto.end()));
    from.on('error', () => undefined);
    from.on('close', () => {
      ends.delete(from);
      void last.then(() => onto.destroy());
    });
  }

  const server = createServer((near) => {
    if (state === 'cut') {
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    const away = connect(farPort, '127.0.0.1');
    for (const end of [near, away]) end.setNoDelay(true);
    carry(near, away);
    carry(away, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    name,
    port,
    farPort,
    cut() {
      state = 'cut';
      for (const end of ends) end.resetAndDestroy();
    },
    stall() {
      state = 'stalled';
      for (const end of ends) end.pause();
    },
    slow(milliseconds) {
      delay = milliseconds;
    },
    heal() {
      state = 'whole';
      delay = 0;
      for (const end of ends) end.resume();
    },
    close() {
      server.close();
      for (const end of ends) end.destroy();
    },
  };
}
