/** A listening HTTP server that can be stopped without cutting anybody off. */
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface HttpServer {
  port: number;
  /** Takes no new connection, ends idle ones, waits a while for requests under way. */
  close(): Promise<void>;
}

/** Milliseconds that requests under way get when the server stops. */
const patience = 5_000;

/** Listens; rejects when the port is taken. */
export async function openHttp(app: Express, at: { host: string; port: number }): Promise<HttpServer> {
  const server = await new Promise<ReturnType<Express['listen']>>((resolve, reject) => {
    const listening = app.listen(at.port, at.host, (error) => (error ? reject(error) : resolve(listening)));
  });
  // Slow senders of headers are cut off; bodies may take as long as a long stream takes.
  server.headersTimeout = 30_000;
  server.requestTimeout = 0;
  server.timeout = 120_000; // but not in silence
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Connections are kept alive; each is ended as soon as its request is answered.
        const ending = setInterval(() => server.closeIdleConnections(), 50);
        server.once('close', () => clearInterval(ending));
        server.closeIdleConnections();
        // A client that trickles must not hold up the stop: what it was answered is on disk.
        setTimeout(() => server.closeAllConnections(), patience).unref();
      }),
  };
}
