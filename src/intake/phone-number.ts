/** Phone numbers as people write them: with or without hyphens, in full-width digits, with a country code. */

const separators = /[\s().\-\u2010-\u2015\u2212\u30fc\uff70]/gu;

/**
 * Gives the digits with an optional leading `+` (at most 15 digits, ITU-T E.164), or what is wrong.
 * Empty gives undefined: a phone number is never required.
 */
export function readPhoneNumber(typed: string): { phone: string | undefined } | { problem: string } {
  const phone = typed.slice(0, 200).normalize('NFKC').replace(separators, '');
  if (phone === '') return { phone: undefined };
  if (!/^\+?\d+$/.test(phone)) return { problem: 'holds something that is no digit: write it as 0322223333' };
  const digits = phone.replace('+', '').length;
  if (digits < 6 || digits > 15) return { problem: 'needs 6 to 15 digits: write it as 0322223333' };
  return { phone };
}
