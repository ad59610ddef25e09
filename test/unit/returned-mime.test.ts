/** Taking a mail apart: what is broken becomes text, and nothing throws or goes round in circles. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allParts, readMime } from '../../src/outcomes/reading/mime.ts';
import { fromHtml, textOf } from '../../src/outcomes/reading/part-text.ts';

const parse = (...lines: string[]) => readMime(Buffer.from(lines.join('\r\n')));

describe('a mail', () => {
  test('comes apart at its boundaries, nested ones too', () => {
    const mail = parse(
      'Content-Type: multipart/mixed; boundary=out',
      '',
      'preamble',
      '--out',
      'Content-Type: multipart/alternative;',
      ' boundary="in"',
      '',
      '--in',
      '',
      'one',
      '--in',
      'Content-Type: text/html',
      '',
      '<p>two',
      '--in--',
      '--out',
      'Content-Type: message/rfc822',
      '',
      'Subject: three',
      '',
      '--out--',
      'epilogue',
    );
    const types = [...allParts(mail)].map(({ type }) => type);
    expect(types).toEqual(['multipart/mixed', 'multipart/alternative', 'text/plain', 'text/html', 'message/rfc822']);
    expect(mail.parts[0]?.parts.map(textOf)).toEqual(['one', '\ntwo']);
  });

  test('without its last boundary keeps its last part, and a longer boundary is another one', () => {
    const mail = parse(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'one',
      '--bc',
      'still one',
      '--b',
      '',
      'two',
    );
    expect(mail.parts.map(({ body }) => body)).toEqual(['one\n--bc\nstill one', 'two']);
  });

  test('whose parameter lost its indentation is read all the same', () => {
    expect(parse('Content-Type: multipart/mixed;', 'boundary="b"', '', '--b', '', 'one', '--b--').parts).toHaveLength(
      1,
    );
  });

  test.each([
    ['quoted-printable', 'utf-8', 'Empf=C3=A4nger=\r\n unbekannt', 'Empfänger unbekannt'],
    ['base64', 'utf-8', Buffer.from('宛先不明').toString('base64'), '宛先不明'],
    ['7bit', 'iso-2022-jp', '\u001b$B08@hITL@\u001b(B', '宛先不明'],
    ['8bit', 'no-such-charset', 'plain', 'plain'],
  ])('in %s and %s is decoded', (encoding, charset, body, text) => {
    const mail = parse(
      `Content-Type: text/plain; charset=${charset}`,
      `Content-Transfer-Encoding: ${encoding}`,
      '',
      body,
    );
    expect(textOf(mail)).toBe(text);
  });

  test('of markup gives its words, addresses in angle brackets too', () => {
    expect(fromHtml('<style>p{}</style><p>To&nbsp;<office@embassy.example><br>550&#32;no &lt;b&gt;')).toBe(
      '\nTo <office@embassy.example>\n550 no <b>',
    );
  });

  test('of any bytes comes apart into a bounded number of parts', () => {
    const pieces = fc.constantFrom(
      '--b\n',
      '--b--\n',
      '\n',
      'Content-Type: multipart/mixed; boundary=b\n',
      'a: b\n',
      ' c\n',
      'x',
      '\r',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 300 }), (all) => {
        const parts = [...allParts(readMime(Buffer.from(all.join(''))))];
        expect(parts.length).toBeLessThanOrEqual(200);
        for (const part of parts) expect(typeof textOf(part)).toBe('string');
      }),
    );
  });
});
