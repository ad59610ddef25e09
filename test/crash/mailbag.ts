/** What the embassy took: for every Message-ID, a digest of the bytes of each copy. Not the letters: there are many. */
import { createHash } from 'node:crypto';

export interface Mailbag {
  take(raw: Buffer): void;
  /** Letter id → one digest per copy. Mail without a Message-ID stands under the empty name. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
}

export function createMailbag(): Mailbag {
  const copies = new Map<string, string[]>();
  return {
    copies,
    take(raw) {
      const head = raw.toString('latin1', 0, raw.indexOf('\r\n\r\n'));
      const letter = /^Message-ID:\s*<([^@>]+)@/im.exec(head)?.[1] ?? '';
      const digest = createHash('sha256').update(raw).digest('base64url');
      const known = copies.get(letter);
      if (known) known.push(digest);
      else copies.set(letter, [digest]);
    },
  };
}
