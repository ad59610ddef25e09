/** Headers that every answer carries: pages load nothing from elsewhere and have no script but our own files, so nothing else may run. */
import type { RequestHandler } from 'express';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Middleware for the whole app, before any route. */
export function securityHeaders(): RequestHandler {
  return (request, response, next) => {
    response.removeHeader('X-Powered-By');
    response.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      // The address of a receipt, or of a link in a mail, is the key to it: it must not travel in a Referer.
      'Referrer-Policy': 'no-referrer',
    });
    if (/^\/(receipts|confirm|news)(\/|$)/i.test(request.path)) {
      response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' });
    }
    next();
  };
}
