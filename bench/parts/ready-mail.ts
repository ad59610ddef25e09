/** Sends ready bytes over bare sockets with pipelined envelopes: fills the queues of relays, and shows what the sink can take. */
import { connect, type Socket } from 'node:net';
import { answer } from '../answer.ts';

interface Load {
  port: number;
  connections: number;
  count: number;
  /** One whole message with CRLF line ends, as it goes over the wire, without the final dot. */
  message: string;
  from: string;
  to: string;
}

/** Resolves with the code of each reply, in order. */
function repliesOf(socket: Socket): () => Promise<number> {
  const codes: number[] = [];
  const waiting: ((code: number) => void)[] = [];
  let held = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (held + chunk.toString('latin1')).split('\r\n');
    held = lines.pop() ?? '';
    for (const line of lines) {
      if (line.charAt(3) === '-') continue;
      const next = waiting.shift();
      if (next) next(Number(line.slice(0, 3)));
      else codes.push(Number(line.slice(0, 3)));
    }
  });
  return () => {
    const code = codes.shift();
    return code === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(code);
  };
}

async function converse(load: Load, next: () => number): Promise<void> {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
  const broken = new Promise<never>((_resolve, reject) => socket.once('error', reject).once('close', reject));
  broken.catch(() => undefined);
  const reply = repliesOf(socket);
  const expect = async (wanted: number): Promise<void> => {
    const code = await Promise.race([reply(), broken]);
    if (code !== wanted) throw new Error(`the server said ${code} instead of ${wanted}`);
  };
  await expect(220);
  socket.write('EHLO bench.example\r\n');
  await expect(250);
  const body = Buffer.from(`${load.message}.\r\n`, 'latin1');
  for (let n = next(); n >= 0; n = next()) {
    socket.write(`MAIL FROM:<${load.from}>\r\nRCPT TO:<${load.to}>\r\nDATA\r\n`);
    await expect(250);
    await expect(250);
    await expect(354);
    socket.write(body);
    await expect(250);
  }
  socket.end('QUIT\r\n');
}

export const readyMail = {
  /** Resolves with the seconds it took until the last message was taken. */
  async send(load: Load): Promise<number> {
    let left = load.count;
    const next = (): number => (left -= 1);
    const start = performance.now();
    await Promise.all(Array.from({ length: load.connections }, () => converse(load, next)));
    return (performance.now() - start) / 1_000;
  },
};

answer(readyMail);
