/** Ports for servers that cannot choose one themselves. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { waitFor } from '../wait-for.ts';

/** So many different ports nobody listens on at this moment. */
export async function freePorts<const N extends readonly string[]>(...names: N): Promise<Record<N[number], number>> {
  const probes = names.map(() => createServer().listen(0, '127.0.0.1'));
  const ports = probes.map(async (probe) => {
    await once(probe, 'listening');
    return (probe.address() as AddressInfo).port;
  });
  const found = await Promise.all(ports);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return Object.fromEntries(names.map((name, index) => [name, found[index]])) as Record<N[number], number>;
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
