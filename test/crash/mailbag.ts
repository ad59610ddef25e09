/** What the embassy took: of every letter a digest of each copy, of every mail to a signer whom it went to. Not the mails: there are many. */
import { createHash } from 'node:crypto';
import type { ReceivedMail } from '../../src/embassy/personality.ts';
import { ownField } from '../../src/outcomes/answer-message.ts';

export interface Mailbag {
  take(mail: Pick<ReceivedMail, 'raw' | 'envelope'>): void;
  /** Letter id → one digest per copy. Mail without a Message-ID stands under the empty name. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
  /** Address of a signer → how many mails of ours came to it, whatever they say of themselves. */
  readonly toSigners: ReadonlyMap<string, number>;
}

const ofOurs = new RegExp(`^${ownField}: notice\r?$`, 'im');

export function createMailbag(): Mailbag {
  const copies = new Map<string, string[]>();
  const toSigners = new Map<string, number>();
  return {
    copies,
    toSigners,
    take({ raw, envelope }) {
      const head = raw.toString('latin1', 0, raw.indexOf('\r\n\r\n'));
      if (ofOurs.test(head)) {
        for (const address of envelope.to) toSigners.set(address, (toSigners.get(address) ?? 0) + 1);
        return;
      }
      const letter = /^Message-ID:\s*<([^@>]+)@/im.exec(head)?.[1] ?? '';
      const digest = createHash('sha256').update(raw).digest('base64url');
      const known = copies.get(letter);
      if (known) known.push(digest);
      else copies.set(letter, [digest]);
    },
  };
}
