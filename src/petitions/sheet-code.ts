/** The square code on the sheet: the number of a petition and the fingerprint of its list, for a camera instead of patient eyes. */
import { encode } from 'uqr';

/**
 * A QR code (ISO/IEC 18004) as rows of `0` and `1`, without the quiet zone. It reads
 * `PETITION 2026-0001 SHA256 9F86…`: capitals make a smaller code. Level M survives a stamp's edge or a bad copier.
 */
export function sheetCode({ number, digest }: { number: string; digest: string }): string[] {
  const { data } = encode(`PETITION ${number} SHA256 ${digest}`.toUpperCase(), { ecc: 'M', border: 0 });
  return data.map((row) => row.map((black) => (black ? '1' : '0')).join(''));
}
