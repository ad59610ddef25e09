import { expect, test } from 'vitest';
import { explainReply } from '../../src/outcomes/explain-outcome.ts';
import { explainReport } from '../../src/outcomes/explain-report.ts';
import { readReport } from '../../src/outcomes/read-report.ts';
import { replyRules } from '../../src/outcomes/reply-rules.ts';

const context = { identity: 'from', senderDomain: 'example.org', signerDomain: 'signer.example' } as const;

test('a dead mailbox is explained in plain words', () => {
  expect(explainReply('550 5.1.1 <office@embassy.example>: User unknown', context)).toBe(
    [
      'Said:     550 5.1.1 <office@embassy.example>: User unknown',
      'It is:    the mailbox, its user or its domain does not exist (dead-mailbox).',
      "Failure:  the target's address is dead; it counts against the target (dead).",
      'Rule:     unknown-user, learnt from "550 5.1.1 <office@embassy.example>: Recipient address rejected: User unknown in local recipient table" (Postfix, Sendmail, Exim; also said after the final dot).',
      'todoke:   would lay the letter aside for the petition and ask staff for an address that works.',
    ].join('\n'),
  );
});

test("a signer's own DMARC failure is never laid at the target's door", () => {
  const text = explainReply("550 5.7.26 Not accepted due to signer.example's DMARC policy", context);
  expect(text).toContain('says nothing about the target (signer)');
  expect(text).toContain('with our address in From');
});

test('a time in the words is repeated', () => {
  expect(explainReply('451 4.7.1 Greylisted, try again in 300 seconds', context)).toContain('later, in 5 minutes as');
  expect(explainReply('450 Try again in 90 hours', context)).toContain('in 24 hours');
});

test('unheard words are called unknown, and the reader is told where to teach them', () => {
  const text = explainReply('554 The moon is not right', context);
  expect(text).toContain('no rule knows these words (unknown)');
  expect(text).toContain('src/outcomes/reply-rules/');
  expect(text).toContain('never taken for final');
});

test('evidence of an attempt is explained at its stage', () => {
  const evidence = { stage: 'banner', code: 554, enhanced: '5.7.1', text: 'Access denied' } as const;
  expect(explainReply({ evidence }, context)).toContain('(our-reputation)');
  expect(explainReply('', context)).toContain('(nothing)');
});

test('every rule can be explained', () => {
  for (const rule of replyRules) {
    const text = explainReply(rule.example, context);
    expect(text.split('\n'), rule.id).toHaveLength(5);
    expect(text, rule.id).not.toContain('undefined');
  }
});

test('a returned mail is explained with how it was read, about whom, and what follows', () => {
  const raw = [
    'From: MAILER-DAEMON@mx.embassy.example',
    'Subject: failure notice',
    '',
    'It could not be delivered:',
    '<office@embassy.example>:',
    'Remote host said: 552 disk quota exceeded',
  ];
  const text = explainReport(readReport(Buffer.from(raw.join('\n')), true), context);
  expect(text).toContain('did not arrive (failed), read by its words');
  expect(text).toContain('About:    office@embassy.example');
  expect(text).toContain("the target's mailbox is full (mailbox-full)");
});

test('what needs no judgement says what todoke does at once', () => {
  const answer = Buffer.from('From: consul@embassy.example\nSubject: Re: A letter\n\nThank you.\n');
  expect(explainReport(readReport(answer, false), context)).toBe(
    'Mail:     an answer of a person (human-answer), read by its headers and words.\ntodoke:   would pass it on to the signer, and count nothing.',
  );
});
