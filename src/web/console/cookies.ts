/** Cookies of the console: the session, the language before signing in, and the mark of a known browser. */
import type { CookieOptions, Request, Response } from 'express';
import { day } from '../../clock.ts';

export type CookieName = 'session' | 'language' | 'browser' | 'open-id';

/** How long a browser keeps each; the session ends with the browser, and on our side. */
const kept: Partial<Record<CookieName, number>> = { language: 365 * day, browser: 365 * day };

export interface Cookies {
  read(request: Pick<Request, 'headers'>, name: CookieName): string | undefined;
  write(response: Response, name: CookieName, value: string): void;
  clear(response: Response, name: CookieName): void;
}

/** `__Host-` (RFC 6265bis §4.1.3.2) where the pages are on HTTPS: no other host can set or see such a cookie. */
export function createCookies(origin: () => string): Cookies {
  const isSecure = (): boolean => origin().startsWith('https:');
  const full = (name: CookieName): string => `${isSecure() ? '__Host-' : ''}todoke-${name}`;
  const options = (): CookieOptions => ({ httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure() });
  return {
    read(request, name) {
      const wanted = `${full(name)}=`;
      const found = (request.headers.cookie ?? '').split(/; ?/).find((each) => each.startsWith(wanted));
      const value = found?.slice(wanted.length);
      return value !== undefined && /^[\w.-]{1,2000}$/.test(value) ? value : undefined;
    },
    write(response, name, value) {
      const maxAge = kept[name];
      response.cookie(full(name), value, { ...options(), ...(maxAge === undefined ? {} : { maxAge }) });
    },
    clear: (response, name) => void response.clearCookie(full(name), options()),
  };
}
