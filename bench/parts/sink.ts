/**
 * The mail server at the end of every road: takes everything, answers the final dot at once or late, and notes when.
 * Written on bare sockets, so that it is not what is measured.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { answer } from '../answer.ts';

const greeting = '220 sink.example ESMTP\r\n';
const extensions = ['sink.example', 'PIPELINING', 'SIZE 10485760', '8BITMIME', 'DSN', 'ENHANCEDSTATUSCODES'];
const replies: Record<string, string> = {
  EHLO: extensions.map((line, index) => `250${index < extensions.length - 1 ? '-' : ' '}${line}\r\n`).join(''),
  DATA: '354 go on\r\n',
  QUIT: '221 2.0.0 bye\r\n',
};
const fine = '250 2.0.0 fine\r\n';
const end = Buffer.from('\r\n.\r\n');

/** Instants of the replies to final dots, in milliseconds since 1970. */
let times: number[] = [];
let sizes = { least: Infinity, most: 0 };
let latest: Buffer = Buffer.alloc(0);
let watchers: (() => void)[] = [];

function talk(socket: Socket, delay: number): void {
  let line = '';
  let body: Buffer[] | undefined;
  let replied = '';

  function take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (!body) {
        at = takeCommand(chunk, at);
        continue;
      }
      at = takeBody(chunk, at, body);
      if (body) break;
      if (delay === 0) {
        accept();
        continue;
      }
      const rest = chunk.subarray(at);
      say();
      socket.pause();
      setTimeout(() => {
        accept();
        take(rest);
        socket.resume();
      }, delay);
      return;
    }
    say();
  }

  function say(): void {
    if (replied !== '' && !socket.destroyed) socket.write(replied, 'latin1');
    replied = '';
  }

  function takeCommand(chunk: Buffer, at: number): number {
    const stop = chunk.indexOf(10, at);
    line += chunk.toString('latin1', at, stop < 0 ? chunk.length : stop);
    if (stop < 0) return chunk.length;
    const verb = line.slice(0, 4).toUpperCase();
    line = '';
    replied += replies[verb] ?? fine;
    if (verb === 'DATA') body = [];
    if (verb === 'QUIT') {
      say();
      socket.end();
    }
    return stop + 1;
  }

  /** Gives the place behind the final dot, or the end of the chunk while it has not come. */
  function takeBody(chunk: Buffer, at: number, parts: Buffer[]): number {
    const before = Buffer.concat(parts).subarray(-4);
    const seam = Buffer.concat([parts.length === 0 ? end.subarray(0, 2) : before, chunk.subarray(at, at + 4)]);
    const inSeam = seam.indexOf(end);
    const lead = parts.length === 0 ? 2 : before.length;
    const stop = inSeam >= 0 ? at + inSeam + end.length - lead : chunk.indexOf(end, at) + end.length;
    if (inSeam < 0 && stop < end.length) {
      parts.push(chunk.subarray(at));
      return chunk.length;
    }
    parts.push(chunk.subarray(at, stop));
    latest = Buffer.concat(parts);
    body = undefined;
    return stop;
  }

  function accept(): void {
    const size = latest.length - 3; // without the final dot
    sizes = { least: Math.min(sizes.least, size), most: Math.max(sizes.most, size) };
    times.push(performance.timeOrigin + performance.now());
    replied += fine;
    for (const look of watchers) look();
  }

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', take);
  socket.write(greeting);
}

export const sink = {
  /** Opens a door that answers the final dot after `delay` milliseconds; gives its port. */
  async open(delay: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => talk(socket, delay)).listen(0, '127.0.0.1', 1_024);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  reset(): void {
    times = [];
    sizes = { least: Infinity, most: 0 };
    latest = Buffer.alloc(0);
  },
  numbers: () => ({ mails: times.length, ...sizes }),
  times: () => times,
  /** The newest message as it came over the wire, without the final dot. */
  latest: () => latest.toString('latin1').slice(0, -3),
  /** Resolves when so many mails were taken since the reset. */
  until: (mails: number) =>
    new Promise<void>((resolve) => {
      const look = (): void => {
        if (times.length < mails) return;
        watchers = watchers.filter((each) => each !== look);
        resolve();
      };
      watchers.push(look);
      look();
    }),
};

answer(sink);
