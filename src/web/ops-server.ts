/** The operators' port: is it alive, is it ready, and the metrics. Never reachable from the public port. */
import express from 'express';
import { asError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import { openHttp, type HttpServer } from './http-server.ts';

/** Opens the port. `ready` throws with a reason while the service should get no work. */
export async function openOpsServer(
  needs: { metrics: Metrics; ready: () => Promise<void> },
  at: { host: string; port: number },
): Promise<HttpServer> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => void response.json({ status: 'alive' }));
  app.get('/readyz', async (_request, response) => {
    try {
      await needs.ready();
      response.json({ status: 'ready' });
    } catch (thrown) {
      response.status(503).json({ status: 'not ready', reason: asError(thrown).message });
    }
  });
  app.get('/metrics', async (_request, response) => {
    response.type(needs.metrics.contentType).send(await needs.metrics.text());
  });
  return openHttp(app, at);
}
