/** Where a request comes from: only our own pages may change something, and only local addresses are gone on to. */
import type { Request } from 'express';

/**
 * True for a form of our own pages. Browsers say it in Sec-Fetch-Site (W3C Fetch Metadata), older ones and those on
 * plain HTTP in Origin (RFC 6454); who says neither is refused.
 */
export function isFromUs({ headers }: Pick<Request, 'headers'>, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const from = URL.parse(headers.origin ?? '');
  return from !== null && (from.origin === URL.parse(origin)?.origin || from.host === headers.host);
}

/** A path of the console to go on to, or its start: never another host, whatever was asked for. */
export function localPath(wanted: unknown, start = '/console'): string {
  if (typeof wanted !== 'string' || wanted.length > 500) return start;
  const url = URL.parse(wanted, 'http://local.invalid');
  const isLocal = url?.origin === 'http://local.invalid' && /^\/console(\/|$)/.test(url.pathname);
  return isLocal ? url.pathname + url.search : start;
}
