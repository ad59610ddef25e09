/** Signers' values in a letter: whatever they hold, they are words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompiledLetter, mergeLetter } from '../../src/letters/merge-letter.ts';

const letter: CompiledLetter = {
  organisation: 'Organisation',
  sender: 'letters@sender.example',
  addressee: 'The office',
  language: 'en',
  direction: 'ltr',
  subject: 'Please act',
  html: { parts: ['<p>', 'name', '</p>'] },
  text: { parts: ['From ', 'name', '\n'] },
  htmlWithMessage: { parts: ['<div>', 'message', '</div><p>', 'name', '</p>'] },
  textWithMessage: { parts: ['', 'message', '\n\nFrom ', 'name', '\n'] },
};

const awkward = [
  '$&',
  '$1',
  "$'",
  '{{name}}',
  '{{message}}',
  '<script>',
  '</p>',
  '&amp;',
  '&lt;',
  '"',
  "'",
  '\\',
  'name',
];
const words = fc
  .array(fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'grapheme' })), { minLength: 1 })
  .map((all) => `a${all.join('')}z`)
  .filter((text) => !/[\n\v\f\r\u0085\u2028\u2029]/.test(text));

/** What a browser shows of escaped text. */
const unescape = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('mergeLetter', () => {
  it('shows any name and message literally and makes no markup of them', () => {
    fc.assert(
      fc.property(words, words, (name, message) => {
        const { html, text } = mergeLetter(letter, { name, message });
        expect(text).toBe(`${message}\n\nFrom ${name}\n`);
        const inside = /^<div>([^]*)<\/div><p>([^]*)<\/p>$/.exec(html);
        expect([inside?.[1], inside?.[2]].map((part) => unescape(part ?? ''))).toEqual([message, name]);
        expect(`${inside?.[1]}${inside?.[2]}`).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });

  it('keeps the line breaks of a message, whatever keyboard made them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '<', '\n', '\r\n', '\r', '\u2028'), { minLength: 1 }), (all) => {
        const message = `a${all.join('')}z`;
        const lines = message.split(/\r\n|[\n\r\u2028]/);
        const { html, text } = mergeLetter(letter, { name: 'Aiko', message });
        expect(text).toBe(`${lines.join('\n')}\n\nFrom Aiko\n`);
        expect(html).toBe(`<div>${lines.map((line) => line.replaceAll('<', '&lt;')).join('<br>')}</div><p>Aiko</p>`);
      }),
    );
  });

  it.each([undefined, '', ' \r\n\u3000'])('leaves out a message that says nothing (%j)', (message) => {
    expect(mergeLetter(letter, { name: '人権 守', message })).toEqual({
      subject: 'Please act',
      html: '<p>人権 守</p>',
      text: 'From 人権 守\n',
      opens: { html: '<p>', text: 'From ' },
    });
  });

  it('says what html and text begin with, whoever signs', () => {
    fc.assert(
      fc.property(words, fc.option(words, { nil: undefined }), (name, message) => {
        const { html, text, opens } = mergeLetter(letter, { name, message });
        expect(html.startsWith(opens.html)).toBe(true);
        expect(text.startsWith(opens.text)).toBe(true);
      }),
    );
  });

  it('keeps a name on one line', () => {
    expect(mergeLetter(letter, { name: 'Aiko\r\nBcc: x', message: undefined }).text).toBe('From Aiko Bcc: x\n');
  });
});
