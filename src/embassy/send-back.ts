/**
 * Hands one report to our bounce listener over SMTP, step by step. The embassy stands for a foreign server, so it
 * shares no client with the outbox; this one knows no TLS, no login and no second recipient.
 */
import { connect } from 'node:net';

export interface SendBackOrder {
  host: string;
  port: number;
  /** Our name in EHLO. */
  name: string;
  /** Envelope sender; empty for every honest report. */
  from: string;
  to: string;
  raw: Buffer;
  signal: AbortSignal;
}

const patience = 30_000;

/** Gives the first reply that was not as hoped, or the reply to the final dot. Rejects when the line breaks. */
export async function sendBack(order: SendBackOrder): Promise<string> {
  const socket = connect({ host: order.host, port: order.port, signal: order.signal });
  socket.setTimeout(patience, () => socket.destroy(new Error('the bounce listener does not answer')));
  socket.setEncoding('utf8');
  try {
    const replies = readReplies(socket);
    const steps: readonly (readonly [command: string | Buffer, hoped: string])[] = [
      ['', '2'],
      [`EHLO ${order.name}\r\n`, '2'],
      [`MAIL FROM:<${order.from}>\r\n`, '2'],
      [`RCPT TO:<${order.to}>\r\n`, '2'],
      ['DATA\r\n', '3'],
      [dotted(order.raw), '2'],
    ];
    let reply = '';
    for (const [command, hoped] of steps) {
      if (command.length > 0) socket.write(command);
      const next = await replies.next();
      if (next.done) throw new Error('the bounce listener hung up');
      reply = next.value;
      if (!reply.startsWith(hoped)) break;
    }
    socket.end('QUIT\r\n');
    return reply;
  } finally {
    // Let QUIT leave; a socket that is broken already is destroyed by this as well.
    socket.destroySoon();
  }
}

/** Replies one by one, the lines of each joined by a line break. */
async function* readReplies(socket: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting = '';
  let lines: string[] = [];
  for await (const chunk of socket) {
    waiting += chunk;
    for (let end = waiting.indexOf('\n'); end >= 0; end = waiting.indexOf('\n')) {
      const line = waiting.slice(0, end).trimEnd();
      waiting = waiting.slice(end + 1);
      lines.push(line);
      if (line.charAt(3) === '-') continue;
      yield lines.join('\n');
      lines = [];
    }
  }
}

/** Doubles leading dots and ends with the lone one (RFC 5321 §4.5.2). */
function dotted(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..');
  return Buffer.from(`${text.endsWith('\r\n') ? text : `${text}\r\n`}.\r\n`, 'latin1');
}
