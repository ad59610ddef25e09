/** Ports for servers that cannot choose one themselves. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { waitFor } from '../wait-for.ts';

/** Below the ports that outgoing connections take, so that one found here is still free when its server starts. */
const [first, last] = [20_000, 32_000];

/** As many different ports that nobody listens on. */
export async function freePorts<const N extends readonly string[]>(...names: N): Promise<Record<N[number], number>> {
  const found = new Set<number>();
  while (found.size < names.length) {
    const port = randomInt(first, last);
    if (await isFree(port)) found.add(port);
  }
  const ports = [...found];
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<N[number], number>;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => probe.close(resolve));
  }
}

/** Waits until a server that greets its clients does so on this port. */
export async function greets(port: number): Promise<void> {
  await waitFor(() => greeting(port), Boolean, `a greeting on port ${port}`);
}

function greeting(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
