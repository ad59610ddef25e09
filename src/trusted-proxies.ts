/** Which reverse proxies are believed when they tell who asked: the variable `TRUST_PROXY`. */
import { isIP } from 'node:net';
import { z } from 'zod';

/** How many proxies, or which: as Express's `trust proxy` takes it. */
export const trustedProxies = z.string().transform((text, context): number | string[] => {
  if (/^[1-9]$/.test(text)) return Number(text);
  const list = text.split(',').map((each) => each.trim());
  if (list.every(isProxy)) return list;
  context.addIssue({ code: 'custom', message: 'use a number from 1 to 9, or addresses such as loopback, 10.0.0.0/8' });
  return z.NEVER;
});

function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}
