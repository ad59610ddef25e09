/** What is encoded once must come out as if it were encoded each time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Lines } from '../../src/outbox/encoded-body.ts';

const words = fc.string({
  unit: fc.constantFrom('a', '守', '😀', '\ud83d', '\ude00', '\r', '\n', '\r\n', 'é', 'a line of its own, '),
  maxLength: 200,
});

describe('base64Lines', () => {
  it('is the same wherever a text is cut into what all letters begin with and the rest', () => {
    fc.assert(
      fc.property(words, fc.nat(400), (text, cut) => {
        expect(base64Lines(text, text.slice(0, cut))).toBe(base64Lines(text));
      }),
    );
  });

  it('is read back with CRLF line ends, in lines of at most 76 columns', () => {
    fc.assert(
      fc.property(words, fc.nat(400), (text, cut) => {
        const lines = base64Lines(text, text.slice(0, cut));
        expect(lines).toMatch(/^(?:[A-Za-z0-9+/]{76}\r\n)*(?:[A-Za-z0-9+/=]{4,76}\r\n)?$/);
        const read = Buffer.from(lines, 'base64').toString('utf8');
        expect(read).toBe(text.toWellFormed().replace(/\r\n?|\n/g, '\r\n'));
      }),
    );
  });
});
