import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuotedReply } from '../../src/outbox/smtp-reply.ts';
import { classifyReply, type ReplyContext } from '../../src/outcomes/classify-reply.ts';
import type { Evidence } from '../../src/outcomes/outcome.ts';
import { replyRules } from '../../src/outcomes/reply-rules.ts';

const context: ReplyContext = { identity: 'reply-to', senderDomain: 'example.org', signerDomain: 'signer.example' };
const asSigner: ReplyContext = { ...context, identity: 'from' };

const hear = (line: string, stage: Evidence['stage']): Evidence => ({ ...parseQuotedReply(line, 'dot'), stage });
const classify = (line: string, stage: Evidence['stage'] = 'dot', as = context) => classifyReply(hear(line, stage), as);

describe('every rule', () => {
  test.each(replyRules.map((rule) => [rule.id, rule] as const))('%s knows the reply that taught it', (_id, rule) => {
    expect(rule.example.trim()).not.toBe('');
    expect(rule.source.trim()).not.toBe('');
    for (const stage of rule.stages ?? (['rcpt', 'dot', 'async'] as const)) {
      expect(classify(rule.example, stage), `said at ${stage}`).toMatchObject({ rule: rule.id });
    }
  });

  test('has an id of its own', () => {
    const ids = replyRules.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  test('that blames the target does not hear a 4xx', () => {
    const blaming = replyRules.filter(({ attribution }) => attribution === 'dead' || attribution === 'blocked');
    const hasty = blaming.filter(({ code }) => code?.test('450') ?? true);
    // A report given up with 4.0.0 after an authoritative "there is no such domain".
    expect(hasty.map(({ id }) => id)).toEqual(['domain-proved-gone']);
  });

  test('names nobody real in its example', () => {
    const addresses = replyRules.flatMap(({ example }) => example.match(/[^\s<>(]+@[a-z0-9.-]+/gi) ?? []);
    const foreign = addresses.filter((address) => !/@(?:.+\.)?(?:[a-z]+\.example|example\.org)$/.test(address));
    expect(foreign).toEqual(['tosa@rx.t-online.de']);
  });

  // Bounded gaps over at most 1,000 characters: the work is linear in the text whatever a server says.
  test.each(replyRules.map((rule) => [rule.id, rule] as const))('%s has patterns of bounded work', (_id, rule) => {
    for (const pattern of [rule.code, rule.enhanced, rule.phrase, rule.link]) {
      const bare = (pattern?.source ?? '').replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
      expect(bare, 'no unbounded quantifier').not.toMatch(/[*+]|\{\d+,\}/);
      for (const [, most] of bare.matchAll(/\{\d+,(\d+)\}/g)) expect(Number(most)).toBeLessThanOrEqual(120);
      expect(bare, 'no repeated group').not.toMatch(/\)(?:\{|[*+])/);
      expect(pattern?.flags ?? '', 'no state between calls').not.toMatch(/[gy]/);
    }
  });
});

describe('a mailbox', () => {
  test('that is unknown only after the final dot is dead, not blocked', () => {
    expect(classify('550 5.7.1 <office@embassy.example>: User unknown', 'dot')).toMatchObject({
      class: 'dead-mailbox',
      attribution: 'dead',
    });
  });

  test('that is unknown for now is passing trouble', () => {
    expect(classify('450 4.1.1 <office@embassy.example>: User unknown', 'rcpt')).toMatchObject({
      class: 'transient',
      attribution: 'passing',
    });
  });

  test('is not meant when the sender is unknown', () => {
    expect(classify('550 5.1.0 <b-1@bounce.example.org>: Sender address rejected: User unknown', 'rcpt')).toMatchObject(
      {
        class: 'our-config',
        attribution: 'ours',
      },
    );
    expect(classify('550 5.1.1 User unknown', 'mail').attribution).toBeUndefined();
  });

  test('is not dead because our own lookup failed', () => {
    expect(classify('getaddrinfo ENOTFOUND mx.embassy.example', 'dns')).toMatchObject({
      class: 'network',
      attribution: 'passing',
    });
  });

  test('may be full for now or for good', () => {
    for (const line of [
      '452 4.2.2 Over quota',
      '552 5.2.2 Mailbox full',
      '550 <a@embassy.example> rejected: over quota',
    ])
      expect(classify(line, 'rcpt'), line).toMatchObject({ class: 'mailbox-full', attribution: 'full' });
  });

  test('is not full when our message is too large or the disk of the server is', () => {
    expect(classify('552 5.3.4 Message size exceeds fixed limit')).toMatchObject({
      class: 'protocol',
      attribution: 'ours',
    });
    expect(classify('452 4.3.1 Insufficient system storage')).toMatchObject({ class: 'transient' });
  });
});

describe('a failure of authentication', () => {
  const dmarc = "550 5.7.26 Unauthenticated email from signer.example is not accepted due to domain's DMARC policy.";

  test("is the signer's when the signer stood in From and its domain is named", () => {
    expect(classify(dmarc, 'dot', asSigner)).toMatchObject({ class: 'sender-auth', attribution: 'signer' });
  });

  test('is ours when our address stood in From', () => {
    expect(classify(dmarc, 'dot', context)).toMatchObject({ class: 'our-config', attribution: 'ours' });
  });

  test.each([
    ["550 5.7.1 Rejected due to example.org's DMARC policy", 'ours'],
    ["550 5.7.1 Rejected due to letters.EXAMPLE.org's DMARC policy", 'ours'],
    ["550 5.7.1 Rejected due to notexample.org's DMARC policy", 'signer'],
    ['550 5.7.1 Email rejected per DMARC policy', 'signer'],
    ['550 5.7.23 SPF validation failed for bounce.example.org', 'ours'],
    ['550 5.7.27 SPF check did not pass', 'ours'],
    ['550 5.7.27 SPF check for mail.signer.example did not pass', 'signer'],
    ['550 5.7.1 SPF of bounce.example.org passes, DMARC policy of signer.example is reject', 'signer'],
  ])('under the identity `from`: %s is %s', (line, attribution) => {
    expect(classify(line, 'dot', asSigner).attribution).toBe(attribution);
  });

  test('is ours when the signer writes from our own domain', () => {
    expect(classify('550 5.7.26 DMARC', 'dot', { ...asSigner, signerDomain: 'Example.ORG' }).attribution).toBe('ours');
  });
});

describe('a refusal', () => {
  test.each([
    '550 Envelope blocked - User Entry - https://gateway.example/codes#550',
    '550 Administrative prohibition - envelope blocked',
    '550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized',
    '550 Header value not allowed',
    "550 5.7.1 The sender is on the recipient's block list",
    '554 5.7.1 Message rejected by the recipient',
  ])('%s is the target that blocks', (line) => {
    expect(classify(line, 'dot')).toMatchObject({ class: 'target-block', attribution: 'blocked' });
  });

  test('that takes offence at the words of a letter is told apart: it may be about one signer', () => {
    expect(classify('550 5.7.1 Message classified as spam', 'dot')).toMatchObject({
      class: 'content',
      attribution: 'blocked',
    });
  });

  test.each([
    '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org',
    '550 5.7.25 The IP address sending this message does not have a PTR record',
    '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname',
    '554 5.7.1 <office@embassy.example>: Relay access denied',
    '530 5.7.0 Must issue a STARTTLS command first',
    '535 5.7.8 Authentication credentials invalid',
    '451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation.',
  ])('%s is our trouble', (line) => {
    expect(classify(line, 'rcpt').attribution).toBe('ours');
  });

  test('before anybody was named is about us', () => {
    expect(classify('554 5.7.1 Access denied', 'banner').attribution).toBe('ours');
    expect(classify('554 5.7.1 Access denied', 'rcpt').attribution).toBe('blocked');
  });

  test('that says later is not for ever', () => {
    expect(classify('550 5.7.1 Message refused, please try again later').attribution).toBe('passing');
  });

  test('in unheard words is unknown and counts against nobody', () => {
    for (const line of ['550 The moon is not right', '554 5.0.0 Nope'])
      expect(classify(line), line).toEqual({
        class: 'unknown',
        attribution: undefined,
        rule: 'unknown',
        retryAfter: undefined,
      });
  });

  test('of 4xx never blocks, whatever it says', () => {
    for (const line of ['451 4.7.1 Message blocked by the recipient', '421 4.7.0 This message looks like spam'])
      expect(classify(line).attribution, line).toBe('passing');
  });
});

describe('names', () => {
  test('of hosts, addresses and links decide nothing', () => {
    for (const line of [
      '550 mx.spam-blocked.example: The moon is not right',
      '550 <user.unknown@quota-exceeded.example> The moon is not right',
      '550 The moon is not right, see https://help.example/blocked/spam/user-unknown',
    ])
      expect(classify(line, 'rcpt').class, line).toBe('unknown');
  });
});

describe('a report', () => {
  test('tells the stage when it names the command that was answered', () => {
    expect(classify('554 5.7.1 Access denied (in reply to EHLO command)', 'async').attribution).toBe('ours');
    expect(classify('550 5.1.1 Unknown (in reply to MAIL FROM command)', 'async').attribution).toBeUndefined();
    expect(classify('550 5.1.1 Unknown (in reply to end of DATA command)', 'async').attribution).toBe('dead');
  });

  test('without a code is read by its words', () => {
    expect(classify('connect to mx.embassy.example[192.0.2.25]:25: Connection refused', 'async').class).toBe('network');
    expect(classify('unknown user: "consul"', 'async').class).toBe('dead-mailbox');
  });
});

describe('a time in the words', () => {
  test.each([
    ['451 4.7.1 Greylisted, try again in 300 seconds', 300],
    ['451 4.7.1 Greylisting in action, please come back in 00:04:59', 299],
    ['450 4.2.0 Please try again in 5 minutes', 300],
    ['421 4.7.0 Too many connections, retry after 2 hours', 7_200],
    ['450 Please wait 10 seconds', 60],
    ['450 Try again in 90 hours', 86_400],
    ['450 Try again later', undefined],
    ['450 4.4.1 We tried for 4 hours', undefined],
    ['550 5.1.1 User unknown, do not try again in 5 minutes', undefined],
  ])('%s', (line, seconds) => {
    expect(classify(line, 'rcpt').retryAfter).toBe(seconds);
  });
});

describe('whatever is said', () => {
  const stages = [
    'dns',
    'connect',
    'banner',
    'ehlo',
    'starttls',
    'auth',
    'mail',
    'rcpt',
    'data',
    'dot',
    'async',
  ] as const;
  const ids = new Set([...replyRules.map(({ id }) => id), 'unknown']);
  const evidence = fc.record({
    stage: fc.constantFrom(...stages),
    code: fc.option(fc.integer({ min: -1, max: 1_000 }), { nil: undefined }),
    enhanced: fc.option(fc.stringMatching(/^[245]\.\d{1,3}\.\d{1,3}$/), { nil: undefined }),
    text: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      fc
        .array(
          fc.constantFrom('user', 'unknown', 'blocked', 'a@b.example', '192.0.2.7', 'x.y/z', '::1', 'in 5 hours'),
          {
            maxLength: 300,
          },
        )
        .map((words) => words.join(' ')),
    ),
  });

  test('there is one answer, and the same one again', () => {
    fc.assert(
      fc.property(evidence, fc.constantFrom(context, asSigner), (said, as) => {
        const found = classifyReply(said, as);
        expect(ids).toContain(found.rule);
        expect(classifyReply(said, as)).toEqual(found);
        if (found.retryAfter !== undefined) {
          expect(found.retryAfter).toBeGreaterThanOrEqual(60);
          expect(found.retryAfter).toBeLessThanOrEqual(86_400);
        }
        if (String(said.code).startsWith('4') && said.code !== undefined && said.code > 399 && said.code < 500) {
          expect(['dead', 'blocked']).not.toContain(found.attribution);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('only its first 1,000 characters count', () => {
    const text = 'x '.repeat(500);
    const short: Evidence = { stage: 'rcpt', code: 550, enhanced: undefined, text };
    const long = { ...short, text: `${text}User unknown ${'y'.repeat(1_000_000)}` };
    expect(classifyReply(long, context)).toEqual(classifyReply(short, context));
  });
});
