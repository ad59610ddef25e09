/** A link as a QR code for an authenticator app; made here, so that the secret is shown to nobody else. */
import { encode } from 'uqr';

/** An SVG of black squares on white, with a quiet zone of four (ISO/IEC 18004), labelled for screen readers. */
export function qrCode(text: string, label: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const words = label.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<svg class="qr" role="img" aria-label="${words}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${squares.join('')}" fill="#000"/></svg>`;
}
