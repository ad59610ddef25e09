/**
 * Routes behind the links in our mails to signers. Scanners of mailboxes follow links: a GET or HEAD only shows, and what
 * changes something is sent by a button, or by the one click of RFC 8058, which is a POST too.
 */
import { type Request, type Response, Router, urlencoded } from 'express';
import { inLanguage } from '../../campaigns/campaign-book.ts';
import type { Confirmation, ConfirmState } from '../../ledger/confirm-address.ts';
import { sendFailure } from './failure-page.ts';
import { houseLanguage, pageLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { renderPage, sendPage } from './render-page.ts';

export interface MailRouteNeeds extends Pick<PageNeeds, 'book' | 'words' | 'receiptToken'> {
  /** Undefined for an unknown token. */
  confirmationOf(token: string): Promise<Confirmation | undefined>;
  confirm(signatureId: string): Promise<ConfirmState | 'signed-before'>;
  /** Sends the mail once more to the signer of this receipt; false when that was done too often. */
  askAgain(receiptToken: string): Promise<boolean>;
  /** Whose news a link would end, or undefined. */
  newsOf(token: string): Promise<{ signatureId: string; campaign: string; language: string } | undefined>;
  stopNews(signatureId: string): Promise<void>;
}

/** What mail programs send with one click is thrown away: the address says it all. */
const readBody = urlencoded({ extended: false, limit: '1kb' });

export function mailRoutes(needs: MailRouteNeeds): Router {
  const router = Router({ caseSensitive: true });

  router.get('/confirm/:token', async (request, response) => {
    const found = await needs.confirmationOf(request.params.token);
    if (!found) return noLink(needs, request, response);
    if (found.state !== 'open') return showEnd(needs, response, found, found.state);
    const { language, words } = pageLanguage(needs.words, found.language);
    const campaign = needs.book.find(found.campaign);
    const frame = { ...frameOf(needs, found), title: words.confirm.title };
    const targets = campaign?.targets.map((target) => inLanguage(target.name, found.language)) ?? [];
    const action = `/confirm/${encodeURIComponent(request.params.token)}`;
    const view = { campaign: titleOf(needs, found), targets, name: found.name, message: found.message, action };
    sendPage(response, language, renderPage('confirm-address', frame, view));
  });

  router.post('/confirm/:token', readBody, async (request, response) => {
    const found = await needs.confirmationOf(request.params.token);
    if (!found) return noLink(needs, request, response);
    showEnd(needs, response, found, await needs.confirm(found.signatureId));
  });

  router.post('/receipts/:token/again', async (request, response) => {
    const sent = await needs.askAgain(request.params.token);
    response.redirect(303, `/receipts/${encodeURIComponent(request.params.token)}?${sent ? 'again' : 'wait'}`);
  });

  router.get('/news/:token', async (request, response) => {
    const found = await needs.newsOf(request.params.token);
    if (!found) return noLink(needs, request, response);
    const { language, words } = pageLanguage(needs.words, found.language);
    const frame = { ...frameOf(needs, found), title: words.news.title };
    const action = `/news/${encodeURIComponent(request.params.token)}`;
    sendPage(response, language, renderPage('news', frame, { campaign: titleOf(needs, found), action }));
  });

  router.post('/news/:token', readBody, async (request, response) => {
    const found = await needs.newsOf(request.params.token);
    if (!found) return noLink(needs, request, response);
    await needs.stopNews(found.signatureId);
    const tongue = pageLanguage(needs.words, found.language);
    const said = { title: tongue.words.news.done, text: undefined };
    sendFailure(response, tongue, { status: 200, said, link: receiptLink(needs, found) });
  });
  return router;
}

type Found = Pick<Confirmation, 'signatureId' | 'campaign' | 'language'>;

/** Where a confirmation ended: on the receipt page, or in words. */
function showEnd(needs: MailRouteNeeds, response: Response, found: Found, state: ConfirmState | 'signed-before'): void {
  const tongue = pageLanguage(needs.words, found.language);
  const again = { href: `/actions/${found.campaign}`, text: titleOf(needs, found) };
  switch (state) {
    case 'confirmed':
      return response.redirect(303, `${receiptLink(needs, found).href}?confirmed`);
    case 'signed-before':
      return sendFailure(response, tongue, { status: 200, said: 'signed-before', link: again });
    case 'withdrawn':
      return sendFailure(response, tongue, { status: 409, said: 'confirm-withdrawn', link: receiptLink(needs, found) });
    case 'open':
    case 'over':
      return sendFailure(response, tongue, { status: 410, said: 'confirm-over', link: again });
  }
}

function frameOf(needs: MailRouteNeeds, { campaign, language }: Found) {
  const organisation = needs.book.find(campaign)?.organisation.name[language] ?? '';
  return { ...pageLanguage(needs.words, language), organisation, unlisted: true };
}

function titleOf(needs: MailRouteNeeds, { campaign, language }: Found): string {
  return needs.book.find(campaign)?.page[language]?.title ?? campaign;
}

function receiptLink(needs: MailRouteNeeds, { signatureId, language }: Found): { href: string; text: string } {
  const { words } = pageLanguage(needs.words, language);
  return { href: `/receipts/${encodeURIComponent(needs.receiptToken(signatureId))}`, text: words.receipt.title };
}

function noLink(needs: MailRouteNeeds, request: Request, response: Response): void {
  sendFailure(response, houseLanguage(request, needs.words), { status: 404, said: 'no-link' });
}
