/** Letters over a real Postfix to an office behind another: each meets its fate, and the channel switches for the right reasons only. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsNull } from 'typeorm';
import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import type { LetterState } from '../../src/letters/letter-states.ts';
import { channelSwitchTable, readChannel } from '../../src/outbox/channel-table.ts';
import { outcomeTable, type OutcomeRow } from '../../src/outcomes/outcome-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { makeDkimKeys, nodeReceiver, type Receiver } from '../support/catch-letters.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { movableClock } from '../support/movable-clock.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { campaignTo } from '../support/real-mail/campaign-to.ts';
import { emptyMailbox, readMailbox } from '../support/real-mail/read-mailbox.ts';
import {
  bounceDomains,
  fates,
  fullAfter,
  startRealMail,
  type Fate,
  type RealMail,
} from '../support/real-mail/real-mail.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

const missing = [
  needs('/usr/sbin/postfix', 'postfix'),
  needs('/usr/lib/dovecot/imap', 'dovecot-imapd'),
  needs('/usr/lib/dovecot/lmtp', 'dovecot-lmtpd'),
  needsRoot('Postfix and Dovecot'),
].includes(true);

/** As many people as sign, each with a mail domain of her own. */
const signers = 8;
const everybody = Array.from({ length: signers }, (_, n) => n);

describe.skipIf(missing)('over real mail servers', () => {
  const clock = movableClock();
  const dkimFolder = mkdtempSync(join(tmpdir(), 'todoke-dkim-'));
  let mail: RealMail;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await nodeReceiver(makeDkimKeys(dkimFolder, ['human-rights-desk.example']));
    mail = await startRealMail(clock);
  });
  afterAll(() => Promise.all([mail.close(), receiver.close()]));

  let app: TestApp;

  /** todoke with one campaign to these mailboxes; the target of each is named as its fate. */
  async function startTo(to: readonly Fate[], env: Record<string, string> = {}): Promise<void> {
    app = await startTestApp({
      clock,
      domains: signers,
      env: {
        SMTP_URL: `smtp://127.0.0.1:${mail.ports.relay}`,
        BOUNCE_PORT: `${mail.ports.bounces}`,
        BOUNCE_DOMAIN: bounceDomains.listener,
        CAMPAIGNS_DIR: campaignTo(Object.fromEntries(to.map((fate) => [fate, fates[fate]]))),
        DKIM_DIR: dkimFolder,
        ...env,
      },
    });
  }

  async function stop(): Promise<void> {
    await app.auditGreen();
    await app.stop();
    await Promise.all([mail.relay.empty(), mail.office.empty()]);
  }

  function sayWhatServersSaid(): void {
    onTestFailed(() => {
      process.stderr.write(`relay:\n${mail.relay.log()}\noffice:\n${mail.office.log()}\nstore:\n${mail.store.log()}\n`);
    });
  }

  const letters = (target: Fate) => app.database.read.findBy(letterTable, { target });
  const outcomes = (target: Fate): Promise<OutcomeRow[]> => app.database.read.findBy(outcomeTable, { target });
  const mode = async (target: Fate) => (await readChannel(app.database.read, target)).mode;
  const switches = (target: Fate) =>
    app.database.read.find(channelSwitchTable, { where: { target }, order: { id: 'ASC' } });
  const inbox = (name: keyof RealMail['mailboxes']) => readMailbox(mail.ports.imap, mail.mailboxes[name]);
  const inState = async (target: Fate, state: LetterState) =>
    (await letters(target)).filter((letter) => letter.state === state).length;
  const until = (target: Fate, state: LetterState, count = signers) =>
    waitFor(
      () => inState(target, state),
      (seen) => seen === count,
      `${count} letters to ${target} in ${state}`,
      20_000,
    );
  /** A letter whose reminder waits for the mailer is due again in a minute. */
  const notYetSent = async () =>
    (await app.database.read.find(letterTable)).filter(
      ({ state, dueAt }) => state === 'sending' || (state === 'queued' && dueAt <= clock.now() + minute),
    );

  /** Everything that is due leaves. A report that came back before our own record of the 250 is read a minute later. */
  async function send(): Promise<void> {
    await waitFor(notYetSent, (seen) => seen.length === 0, 'letters to leave');
    clock.move(2 * minute);
  }

  /** Everything that is due leaves, arrives or comes back, and what came back is read. */
  async function settle(): Promise<void> {
    await waitFor(
      async () => [(await notYetSent()).length, mail.relay.waiting(), mail.office.waiting(), mail.relay.waiting()],
      (seen) => seen.every((count) => count === 0),
      'letters to settle',
    );
    clock.move(2 * minute);
    await waitFor(
      () => app.database.read.countBy(returnedMailTable, { readAt: IsNull() }),
      (unread) => unread === 0,
      'reports to be read',
    );
  }

  const signAll = async (people = everybody) => {
    for (const n of people) expect((await app.sign(n)).status).toBe(202);
  };

  describe('one campaign to eight mailboxes, through our relay', () => {
    beforeAll(async () => {
      await startTo(Object.keys(fates) as Fate[]);
      await signAll();
      await send();
    });
    afterAll(stop);

    test('what is delivered lies in the mailbox, and its signature holds after all servers', async () => {
      sayWhatServersSaid();
      const found = await waitFor(
        () => inbox('reads'),
        (seen) => seen.length === signers,
        'letters in the mailbox',
      );
      const ids = (await letters('reads')).map(({ id }) => `${id}@human-rights-desk.example`);
      expect(new Set(found.map(messageId))).toEqual(new Set(ids));
      for (const raw of found) {
        expect(raw.toString('latin1').match(/^Received: /gm)).toHaveLength(3);
        expect(await receiver.verifies(raw)).toBe(true);
      }
      await until('reads', 'accepted');
    });

    test.each([
      ['unknown', 'dead', /unknown in virtual mailbox table/],
      ['gone', 'dead', /User doesn't exist/],
      ['policy', 'blocked', /takes no campaign mail/],
      ['filter', 'blocked', /rejected by our mail rules/],
    ] as const)(
      '%s: every letter comes back, and its target is reached by hand because it is %s',
      async (fate, attribution, words) => {
        sayWhatServersSaid();
        await until(fate, 'for_hand');
        await waitFor(
          () => mode(fate),
          (seen) => seen === 'hand',
          `${fate} to be shut`,
        );
        const heard = await outcomes(fate);
        expect(heard.length).toBeGreaterThan(2);
        for (const outcome of heard)
          expect(outcome).toMatchObject({
            attribution,
            stage: 'async',
            trust: 'report-signed-path',
            text: expect.stringMatching(words),
          });
        const last = (await switches(fate)).at(-1);
        expect(last).toMatchObject({ to: 'hand', by: 'rule' });
        expect(last?.evidence.signerDomains).toBeGreaterThan(1);
        for (const outcome of last?.evidence.outcomes ?? []) expect(outcome.attribution).toBe(attribution);
      },
    );

    test('a full mailbox turns nobody to paper at once: six letters are in it, the others wait', async () => {
      sayWhatServersSaid();
      await until('full', 'queued', signers - fullAfter);
      expect(await inState('full', 'accepted')).toBe(fullAfter);
      expect(await inbox('full')).toHaveLength(fullAfter);
      for (const outcome of await outcomes('full'))
        expect(outcome).toMatchObject({
          class: 'mailbox-full',
          attribution: 'full',
          text: expect.stringMatching(/mailbox for user is full/),
        });
      expect(await mode('full')).not.toBe('hand');
    });

    test('a greylist only costs time: the relay comes again by itself, and its reports of delay move no letter', async () => {
      sayWhatServersSaid();
      const delayed = async () => (await outcomes('grey')).filter((outcome) => outcome.class === 'delayed');
      await waitFor(
        delayed,
        (seen) => new Set(seen.map(({ letterId }) => letterId)).size === signers,
        'reports of delay',
      );
      await waitFor(
        () => mail.greylist.deferred,
        (deferred) => deferred > signers,
        'the relay to come again, and too soon',
      );
      expect(await inbox('grey')).toEqual([]);
      clock.move(6 * minute);
      await waitFor(
        () => inbox('grey'),
        (seen) => seen.length === signers,
        'letters in the mailbox',
      );
      expect(await inState('grey', 'accepted')).toBe(signers);
    });

    test('a server that does not answer is no refusal: given up by the relay, the letters leave again', async () => {
      sayWhatServersSaid();
      expect(await inState('away', 'accepted')).toBe(signers);
      await mail.relay.set({ maximal_queue_lifetime: '0' });
      await until('away', 'queued');
      await mail.relay.set({ maximal_queue_lifetime: '5d' });
      const returned = (await outcomes('away')).filter((outcome) => outcome.class !== 'delayed');
      expect(returned.length).toBeGreaterThanOrEqual(signers);
      for (const outcome of returned) expect(outcome).toMatchObject({ class: 'network', attribution: 'passing' });
    });

    test('a real report, sent on to an address that we never signed, finds no letter', async () => {
      sayWhatServersSaid();
      const before = await app.database.read.find(returnedMailTable);
      const report = before.find(({ kind }) => kind === 'failed')?.raw.toString('latin1') ?? '';
      const signed = /^Return-Path: <([^>]+)>/m.exec((await inbox('reads'))[0]?.toString('latin1') ?? '')?.[1] ?? '';
      const forged = signed.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0'));
      expect(forged).toMatch(/^b-.*@bounce/);
      await handInMail(mail.ports.relay, forged, report);
      await waitFor(
        () => mail.relay.waiting(),
        (count) => count === 0,
        'the relay to be done with it',
      );
      expect(await app.database.read.count(returnedMailTable)).toBe(before.length);
    });

    test('no other channel was switched', async () => {
      for (const fate of ['reads', 'grey', 'away'] as const) {
        expect(await switches(fate)).toEqual([]);
        expect(await mode(fate)).toBe('mail');
      }
      expect((await switches('full')).map((change) => change.to)).not.toContain('hand');
      const heard = await app.database.read.find(outcomeTable);
      expect(heard.filter(({ target, class: what }) => target === 'reads' || what === 'unknown')).toEqual([]);
    });
  });

  test('a mailbox that stays full goes on paper; tidied up, it is found out by real letters and all arrive', async () => {
    sayWhatServersSaid();
    await emptyMailbox(mail.ports.imap, mail.mailboxes.full);
    await startTo(['full']);
    onTestFinished(stop);
    await signAll(everybody.slice(0, fullAfter));
    await settle();
    expect(await inbox('full')).toHaveLength(fullAfter);
    await signAll(everybody.slice(0, fullAfter).map((n) => n + 3 * signers));
    await settle();
    expect([await inState('full', 'accepted'), await inState('full', 'queued')]).toEqual([fullAfter, fullAfter]);

    // Round by round they try again and come back, until that is no longer an accident.
    const start = clock.now();
    while ((await mode('full')) !== 'hand') {
      if (clock.now() > start + 5 * day) throw new Error('a mailbox that is full for days was not noticed');
      clock.move(8 * hour);
      await settle();
    }
    expect(clock.now()).toBeGreaterThan(start + 6 * hour);
    await until('full', 'for_hand', fullAfter);
    const shut = (await switches('full')).at(-1);
    expect(shut?.evidence.outcomes.map(({ attribution }) => attribution)).toContain('full');
    expect(new Set(shut?.evidence.outcomes.map(({ attribution }) => attribution)).size).toBe(1);

    await emptyMailbox(mail.ports.imap, mail.mailboxes.full);
    clock.move(hour + minute);
    await waitFor(
      () => mode('full'),
      (seen) => seen === 'probing',
      'letters that try the mailbox again',
    );
    await waitFor(
      () => inbox('full'),
      (seen) => seen.length > 0,
      'one of them in the mailbox',
    );
    await settle();
    clock.move(hour + minute);
    await waitFor(
      () => mode('full'),
      (seen) => seen === 'mail',
      'an open channel',
    );
    const found = await waitFor(
      () => inbox('full'),
      (seen) => seen.length === fullAfter,
      'the other letters',
    );
    expect(new Set(found.map(messageId)).size).toBe(fullAfter);
    await settle();
    clock.move(2 * day + hour);
    await until('full', 'delivered', 2 * fullAfter);
  });

  test('straight to the office, the same is heard in session, and the rest comes back later', async () => {
    sayWhatServersSaid();
    await startTo(['unknown', 'gone', 'policy', 'filter', 'grey'], {
      SMTP_URL: `smtp://127.0.0.1:${mail.ports.office}`,
    });
    onTestFinished(stop);
    const before = (await inbox('grey')).length;
    await signAll();
    await send();
    const said = [
      ['unknown', { attribution: 'dead', stage: 'rcpt', code: 550, enhanced: '5.1.1', trust: 'session' }],
      ['gone', { attribution: 'dead', stage: 'async', trust: 'report-signed-path' }],
      ['policy', { attribution: 'blocked', stage: 'rcpt', code: 554, enhanced: '5.7.1', trust: 'session' }],
      ['filter', { attribution: 'blocked', stage: 'dot', code: 550, enhanced: '5.7.1', trust: 'session' }],
    ] as const;
    for (const [fate, heard] of said) {
      await until(fate, 'for_hand');
      await waitFor(
        () => mode(fate),
        (seen) => seen === 'hand',
        `${fate} to be shut`,
      );
      for (const outcome of await outcomes(fate)) expect(outcome).toMatchObject(heard);
    }
    await waitFor(
      () => outcomes('grey'),
      (seen) => seen.length === signers,
      'a greylist',
    );
    for (const outcome of await outcomes('grey'))
      expect(outcome).toMatchObject({ class: 'greylist', attribution: 'passing', stage: 'rcpt', code: 450 });
    clock.move(10 * minute);
    await until('grey', 'accepted');
    await waitFor(
      () => inbox('grey'),
      (seen) => seen.length === before + signers,
      'letters in the mailbox',
    );
    expect(await switches('grey')).toEqual([]);
  });

  test('reports that are collected in a mailbox say the same: it is read by IMAP', async () => {
    const { address, password } = mail.mailboxes.returned;
    await startTo(['gone', 'filter'], {
      BOUNCE_DOMAIN: bounceDomains.mailbox,
      IMAP_URL: `imap://${encodeURIComponent(address)}:${password}@127.0.0.1:${mail.ports.imap}`,
    });
    onTestFinished(stop);
    sayWhatServersSaid();
    // What no letter of ours has caused lies there too, and does nothing.
    await handInMail(mail.ports.relay, `office@${bounceDomains.mailbox}`, 'From: x@embassy.example\r\n\r\nHello\r\n');
    await signAll();
    await send();
    for (const fate of ['gone', 'filter'] as const) {
      await until(fate, 'for_hand');
      await waitFor(
        () => mode(fate),
        (seen) => seen === 'hand',
        `${fate} to be shut`,
      );
    }
    expect(new Set((await outcomes('gone')).map(({ attribution }) => attribution))).toEqual(new Set(['dead']));
    expect(new Set((await outcomes('filter')).map(({ attribution }) => attribution))).toEqual(new Set(['blocked']));
    const returned = (await app.database.read.find(returnedMailTable)).length;
    expect(await inbox('returned')).toHaveLength(returned + 1);
  });

  test('a relay that does not know us is our trouble: no letter is lost to it and no channel switched', async () => {
    const elsewhere = campaignTo({ reads: 'somebody@elsewhere.example' });
    await startTo(['reads'], { SMTP_URL: `smtp://127.0.0.1:${mail.ports.office}`, CAMPAIGNS_DIR: elsewhere });
    onTestFinished(stop);
    sayWhatServersSaid();
    await app.sign(1);
    const [outcome] = await waitFor(
      () => outcomes('reads'),
      (seen) => seen.length > 0,
      'an outcome',
    );
    expect(outcome).toMatchObject({ attribution: 'ours', text: expect.stringMatching(/Relay access denied/) });
    await until('reads', 'queued', 1);
    expect(await switches('reads')).toEqual([]);
  });
});

function messageId(raw: Buffer): string | undefined {
  return /^Message-ID: <([^>]+)>/im.exec(raw.toString('latin1'))?.[1];
}
