/** Mails as no server should send them: bytes changed, cut, mixed with others, or one piece blown up. */

import { seededRandom } from '../test/support/seeded-random.ts';

/** Of a thousand mails this many are one piece over and over: what makes bad patterns slow. */
const blownUp = 5;
const mostBytes = 300 * 1024;

const tokens = [
  '--',
  '\r\n\r\n',
  '\n',
  ':',
  '<',
  '>',
  '@',
  '=?utf-8?B?',
  '=3D',
  '\0',
  '550 5.1.1 ',
  'Content-Type: multipart/mixed; boundary="a"\n\n--a\n',
  'Final-Recipient: rfc822; ',
  '&#99999999;',
  '\u001b$B',
  '<style>',
  'X-Failed-Recipients: ',
];

/** Gives a new broken mail at each call; the same seed gives the same ones. */
export function breaker(sources: readonly Buffer[], seed: number): () => Buffer {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const any = <T>(list: readonly T[], otherwise: T): T => list[below(list.length)] ?? otherwise;
  const pieceOf = (mail: Buffer): Buffer => {
    const from = below(mail.length + 1);
    return mail.subarray(from, from + below(200));
  };
  const put = (mail: Buffer, piece: Uint8Array, without = 0): Buffer => {
    const at = below(mail.length + 1);
    return Buffer.concat([mail.subarray(0, at), piece, mail.subarray(at + without)]);
  };
  const changes: readonly ((mail: Buffer) => Buffer)[] = [
    (mail) => {
      for (let times = below(30); times > 0; times -= 1) mail[below(mail.length)] = below(256);
      return mail;
    },
    (mail) => mail.subarray(0, below(mail.length + 1)),
    (mail) => put(mail, pieceOf(mail)),
    (mail) => put(mail, Buffer.alloc(0), below(300)),
    (mail) => put(mail, pieceOf(any(sources, mail))),
    (mail) => put(mail, Buffer.from(any(tokens, 'a').repeat(1 + below(20)))),
    (mail) => Buffer.from(mail.toString('latin1').replaceAll('\r\n', below(2) === 0 ? '\n' : '\r'), 'latin1'),
  ];

  /** Up to the limit of what is read, as the body of a bounce. */
  function repeated(mail: Buffer): Buffer {
    const token = Buffer.from(any(tokens, 'a'));
    const piece = below(2) === 0 ? Buffer.concat([pieceOf(mail).subarray(0, 1 + below(60)), token]) : token;
    const head = 'From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nThe following address failed:\n';
    return Buffer.concat([Buffer.from(head), Buffer.alloc(below(256 * 1024), piece)]);
  }

  return () => {
    const base = any(sources, Buffer.alloc(0));
    if (below(1_000) < blownUp) return repeated(base);
    let mail: Buffer = Buffer.from(base);
    for (let times = 1 + below(4); times > 0; times -= 1) mail = any(changes, pieceOf)(mail);
    return mail.subarray(0, mostBytes);
  };
}
