/** What intake is compared with: an Express 5 route that parses the same JSON, answers 202 and stores nothing. */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answer } from '../answer.ts';

export const bareRoute = {
  /** Gives the port. */
  open: () =>
    new Promise<number>((resolve, reject) => {
      const app = express();
      app.disable('x-powered-by');
      app.set('etag', false);
      let n = 0;
      app.post('/v1/campaigns/:campaign/signatures', express.json({ limit: 64 * 1024 }), (_request, response) => {
        const id = String((n += 1)).padStart(16, '0');
        const receipt_url = `http://127.0.0.1:8080/receipts/${id}${id}`;
        response.status(202).json({ id, status: 'accepted', receipt_url });
      });
      const server = app.listen(0, '127.0.0.1', (error) =>
        error ? reject(error) : resolve((server.address() as AddressInfo).port),
      );
    }),
};

answer(bareRoute);
