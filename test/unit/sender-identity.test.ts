/** Who stands in From, and what a name may look like there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DmarcAnswer } from '../../src/outbox/dmarc-policy.ts';
import { chooseIdentity, cleanName, displayName } from '../../src/outbox/sender-identity.ts';

const policyOf: Record<string, DmarcAnswer['policy']> = {
  'open.example': 'none',
  'gmail.com': 'none',
  'googlemail.com': 'none',
  'watched.example': 'quarantine',
  'closed.example': 'reject',
};

async function choose(identity: 'from' | 'reply-to', allowUnenforcedDomains: boolean, signerAddress: string) {
  const asked: string[] = [];
  const chosen = await chooseIdentity({
    setting: { identity, address: 'letters@example.org', allowUnenforcedDomains },
    signerAddress,
    heldDomains: new Set(['staff.example']),
    policies: {
      async policyFor(domain) {
        asked.push(domain);
        return { policy: policyOf[domain] ?? 'reject', organisational: domain, why: '' };
      },
    },
  });
  return { chosen, asked };
}

describe('a letter goes out', () => {
  it.each<[identity: 'from' | 'reply-to', optIn: boolean, address: string, chosen: string, why: string]>([
    ['from', false, 'a@staff.example', 'from', 'we hold the key'],
    ['from', false, 'a@STAFF.example', 'from', 'we hold the key'],
    ['from', false, 'a@sub.staff.example', 'reply-to', 'we hold the key of the parent only'],
    ['from', false, 'a@open.example', 'reply-to', 'the campaign has not opted in'],
    ['from', true, 'a@open.example', 'from', 'nothing is enforced'],
    ['from', true, 'a@watched.example', 'reply-to', 'quarantine is enforced'],
    ['from', true, 'a@closed.example', 'reply-to', 'reject is enforced'],
    ['from', true, 'a@gmail.com', 'reply-to', 'Gmail refuses strangers under p=none'],
    ['from', true, 'a@GoogleMail.com', 'reply-to', 'Gmail refuses strangers under p=none'],
    ['from', true, 'a@open.example@closed.example', 'reply-to', 'the last domain counts'],
    ['from', true, 'no address', 'reply-to', 'there is no domain'],
    ['from', true, 'a@[192.0.2.1]', 'reply-to', 'there is no domain'],
    ['reply-to', true, 'a@staff.example', 'reply-to', 'the campaign wants it so'],
    ['reply-to', true, 'a@open.example', 'reply-to', 'the campaign wants it so'],
  ])('for %s (opt-in: %s) and %s as %s: %s', async (identity, optIn, address, chosen) => {
    expect(await choose(identity, optIn, address)).toMatchObject({ chosen });
  });

  it.each<[identity: 'from' | 'reply-to', optIn: boolean, address: string]>([
    ['reply-to', true, 'a@open.example'],
    ['from', false, 'a@open.example'],
    ['from', true, 'a@staff.example'],
  ])('without a question to the DNS where its answer would change nothing (%s, %s, %s)', async (...row) => {
    expect((await choose(...row)).asked).toEqual([]);
  });
});

describe('a name before an address', () => {
  it.each([
    ['is left as it is', '人権 守', '人権 守'],
    ['keeps an ideographic space', '人権　守', '人権　守'],
    ['keeps apostrophes and quotes', 'O\'Brien, "Q"', 'O\'Brien, "Q"'],
    ['keeps Persian joiners', 'علی‌رضا', 'علی‌رضا'],
    ['keeps joined emoji', '👩‍⚖️ Ruth', '👩‍⚖️ Ruth'],
    ['keeps combining marks as they are', 'Zoe\u0308', 'Zoe\u0308'],
    ['loses at signs', 'boss@bank.example', 'bossbank.example'],
    ['loses wide at signs', 'boss＠bank﹫example', 'bossbankexample'],
    ['loses line breaks', 'A\r\nBcc: b\nc\rd', 'A Bcc: b c d'],
    ['loses other separators of lines', 'A\u2028B\u2029C\u0085D\vE\fF', 'A B C D E F'],
    ['loses control characters', '\0A\x07B\x1b[31m\x7f', 'A B [31m'],
    ['loses bidirectional controls', '\u202EnaratK\u202C \u2066x\u2069\u200E\u200F\u061C', 'naratK x'],
    ['loses what is invisible', '\uFEFFA\u200BB\u2060C', 'ABC'],
    ['loses half characters', 'A\uD83DB\uDE00C', 'ABC'],
    ['loses spaces around it and doubled ones', '  A   B  ', 'A B'],
    ['may vanish', ' @\u202E\r\n ', ''],
  ])('%s', (_title, name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });

  it('is clean whatever it was, and stays so', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const clean = cleanName(name);
        expect(clean).not.toMatch(/[@\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u);
        expect(cleanName(clean)).toBe(clean);
      }),
    );
  });

  it.each([
    ['人権 守', '国際人権', '人権 守 (via 国際人権)'],
    ['A\nB', 'Rights\r\n@Group', 'A B (via Rights Group)'],
    ['', 'Rights Group', 'Rights Group'],
    ['@', 'Rights Group', 'Rights Group'],
    ['人権 守', '', '人権 守'],
  ])('%o with %o is %o', (name, organisation, display) => {
    expect(displayName(name, organisation)).toBe(display);
  });
});
