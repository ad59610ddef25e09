/** Routes of the receipt page. A GET only shows; what changes something is asked first and sent by a button. */
import { type Request, type Response, Router } from 'express';
import { AppError } from '../../errors.ts';
import type { Receipt } from '../../ledger/receipt.ts';
import { type Failure, sendFailure } from './failure-page.ts';
import { houseLanguage, pageLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { isOwnDataOpen, ownDataFile } from './own-data-file.ts';
import { confirmPage, receiptNotes, receiptPage, receiptView } from './receipt-page.ts';
import { sendPage } from './render-page.ts';

export function receiptRoutes(needs: PageNeeds): Router {
  const router = Router({ caseSensitive: true });

  router.get('/receipts/:token', async (request, response) => {
    const { token } = request.params;
    const receipt = await needs.receiptOf(token);
    if (!receipt) return unknown(needs, request, response);
    const after = receiptNotes.find((what) => request.query[what] !== undefined);
    sendPage(response, receiptView(receipt, needs).language, receiptPage(receipt, needs, { token, after }));
  });

  router.get('/receipts/:token/data.json', async (request, response) => {
    const { token } = request.params;
    const receipt = await needs.receiptOf(token);
    if (!receipt) return unknown(needs, request, response);
    const data = isOwnDataOpen(receipt) ? await needs.ownDataOf(token) : undefined;
    if (!data) return refuse(needs, response, { said: 'data-later', receipt, token });
    response.attachment('todoke-data.json').json(ownDataFile(receipt, data, needs));
  });

  router.get('/receipts/:token/proof-:serial.json', async (request, response) => {
    const { token, serial } = request.params;
    const proof = await needs.proofOf(token, serial);
    if (!proof) {
      const receipt = await needs.receiptOf(token);
      if (!receipt) return unknown(needs, request, response);
      return sendFailure(response, pageLanguage(needs.words, receipt.language), { status: 404, said: 'not-found' });
    }
    response
      .type('application/json')
      .set('Cache-Control', 'private, no-store')
      .set('Content-Disposition', `attachment; filename="petition-${proof.petition}-proof.json"`)
      .send(`${JSON.stringify(proof, null, 2)}\n`);
  });

  for (const what of ['withdraw', 'erase'] as const) {
    router.get(`/receipts/:token/${what}`, async (request, response) => {
      const { token } = request.params;
      const receipt = await needs.receiptOf(token);
      if (!receipt) return unknown(needs, request, response);
      if (!possible(what, receipt, needs)) return tooLate(needs, response, { what, receipt, token });
      sendPage(response, receiptView(receipt, needs).language, confirmPage(receipt, needs, { token, what }));
    });

    router.post(`/receipts/:token/${what}`, async (request, response) => {
      const { token } = request.params;
      const receipt = await needs.receiptOf(token);
      if (!receipt) return unknown(needs, request, response);
      const after = `/receipts/${encodeURIComponent(token)}?${what}`;
      // The second of a double click.
      if (isDone(what, receipt)) return response.redirect(303, after);
      if (!possible(what, receipt, needs)) return tooLate(needs, response, { what, receipt, token });
      try {
        await needs[what](token);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
        return tooLate(needs, response, { what, receipt, token });
      }
      response.redirect(303, after);
    });
  }
  return router;
}

function possible(what: 'withdraw' | 'erase', receipt: Receipt, needs: PageNeeds): boolean {
  return what === 'withdraw' ? receiptView(receipt, needs).withdrawable : !receipt.erased;
}

function isDone(what: 'withdraw' | 'erase', { erased, letters }: Receipt): boolean {
  if (what === 'erase') return erased;
  return letters.length > 0 && letters.every((letter) => letter.state === 'withdrawn');
}

function tooLate(
  needs: PageNeeds,
  response: Response,
  { what, receipt, token }: { what: 'withdraw' | 'erase'; receipt: Receipt; token: string },
): void {
  const said = what === 'withdraw' ? 'too-late' : receipt.erased ? 'conflict' : 'on-its-way';
  refuse(needs, response, { said, receipt, token });
}

/** What cannot be done now, with the way back to the receipt. */
function refuse(
  needs: PageNeeds,
  response: Response,
  { said, receipt, token }: { said: Failure['said']; receipt: Receipt; token: string },
): void {
  const tongue = pageLanguage(needs.words, receipt.language);
  const link = { href: `/receipts/${encodeURIComponent(token)}`, text: tongue.words.receipt.title };
  sendFailure(response, tongue, { status: 409, said, link });
}

function unknown(needs: PageNeeds, request: Request, response: Response): void {
  sendFailure(response, houseLanguage(request, needs.words), { status: 404, said: 'no-receipt' });
}
