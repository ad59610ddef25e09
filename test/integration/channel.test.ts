import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { accepts, bouncesLater, full, refusesByPolicy } from '../../src/embassy/personalities.ts';
import { knownReports } from '../../src/embassy/returned-report.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { channelSwitchTable, readChannel } from '../../src/outbox/channel-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { policyReport } from '../support/failure-report.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { campaignsWith } from '../support/campaigns-with.ts';
import { startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const mode = async () => (await readChannel(app.database.read, target)).mode;
const switches = () => app.database.read.find(channelSwitchTable, { order: { id: 'ASC' } });

const { 'signer-dmarc': dmarc } = knownReports;
const isFromSigner = ({ raw }: { raw: Buffer }): boolean => /^From: .*mail\d+\.example/m.test(raw.toString());

const deliver = (recipient: string, message: string) => handInMail(app.bouncePort, recipient, message);

describe('what does not switch a channel', () => {
  test('a forged bounce: it is refused at the door, whatever it claims', async () => {
    await app.sign(1);
    await app.until({ accepted: 1 });
    const letter = await app.database.read.findOneByOrFail(letterTable, {});
    const real = app.embassy.received[0]?.envelope.from ?? '';
    const forged = [
      real.replace(/.(?=@)/, (last) => (last === '0' ? '1' : '0')),
      real.replace(letter.id, '0'.repeat(16)),
      'postmaster@bounce.todoke.example',
      `b-11-${letter.id}-0000-0000000000000000@bounce.todoke.example`,
    ];
    for (const path of forged) await expect(deliver(path, policyReport())).rejects.toThrow(/550|no such return path/);
    expect(await app.database.read.count(returnedMailTable)).toBe(0);
    await app.until({ accepted: 1 });
    expect(await mode()).toBe('mail');
  });

  test('one real report alone; the same one twenty times is still one', async () => {
    await app.sign(1);
    await app.until({ accepted: 1 });
    const path = app.embassy.received[0]?.envelope.from ?? '';
    for (let n = 0; n < 20; n += 1) await deliver(path, policyReport());
    await app.until({ for_hand: 1 });
    expect(await app.database.read.count(returnedMailTable)).toBe(1);
    expect(await switches()).toEqual([]);
    expect(await mode()).toBe('mail');
  });

  test('real reports that somebody plays back hours later for letters that arrived', async () => {
    for (let n = 0; n < 8; n += 1) await app.sign(n);
    await app.until({ accepted: 8 });
    const paths = app.embassy.received.map((mail) => mail.envelope.from);
    app.clock.move(5 * hour);
    for (const path of paths) await deliver(path, policyReport());
    await app.until({ for_hand: 8 });
    await app.sign(8);
    await app.until({ accepted: 1, for_hand: 8 });
    expect((await switches()).map((change) => change.to)).not.toContain('hand');
  });

  test("bounces caused by the signers' own DMARC", async () => {
    const before = app;
    app = await startTestApp({
      env: { CAMPAIGNS_DIR: campaignsWith({ identity: 'from', allowUnenforcedDomains: true }) },
      // What comes from our own address has no signer's domain to fail for.
      personality: { name: 'minds DMARC', sendsBack: (mail) => (isFromSigner(mail) ? dmarc : undefined) },
    });
    await before.stop();
    for (let n = 0; n < 8; n += 1) await app.sign(n);
    // Each letter comes back once, and is sent once more under our own address.
    await waitFor(
      () => app.database.read.countBy(outcomeTable, { attribution: 'signer' }),
      (n) => n === 8,
      'eight outcomes of the signers',
    );
    await waitFor(
      () => app.embassy.received.length,
      (n) => n === 16,
      'sixteen letters',
    );
    expect(app.embassy.received.filter(isFromSigner)).toHaveLength(8);
    expect(await switches()).toEqual([]);
    expect(await mode()).toBe('mail');
  });

  test('a storm of 4xx', async () => {
    const troubles = [
      '450 4.2.1 receiving mail too quickly',
      '421 4.7.0 Too many connections',
      '451 4.3.0 try later',
      '452 4.3.1 no space',
      '451 4.7.1 policy server down',
    ];
    let said = 0;
    app.embassy.become({
      name: 'a storm',
      answer: ({ stage }) => (stage === 'rcpt' ? { say: troubles[said++ % troubles.length] ?? '' } : undefined),
    });
    for (let n = 0; n < 12; n += 1) await app.sign(n);
    for (let round = 0; round < 5; round += 1) {
      await waitFor(
        () => app.database.read.count(outcomeTable),
        (n) => n >= 12 * (round + 1),
        'a round of deferrals',
      );
      // Not sooner: a lease that ends in the middle of a conversation makes a doubt.
      app.clock.move(5 * hour);
    }
    expect((await switches()).map((change) => change.to)).not.toContain('hand');
    app.embassy.become(accepts());
    app.clock.move(5 * hour);
    await app.until({ accepted: 12 });
  });
});

describe('what does', () => {
  test('four letters of four domains, the one that slowed it included; three are too few', async () => {
    app.embassy.become(refusesByPolicy());
    for (let n = 0; n < 3; n += 1) await app.sign(n);
    await app.until({ for_hand: 3 });
    await waitFor(mode, (seen) => seen === 'slowed', 'a slowed channel');
    await app.sign(3);
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
    const last = (await switches()).at(-1);
    expect(last?.evidence).toMatchObject({ letters: 4, signerDomains: 4, accepted: 0 });
    expect(last?.confidence).toBeGreaterThan(1 - 1e-7);
  });

  test('refusals since a person opened it, and none from before', async () => {
    const path = `/v1/campaigns/uyghurs-abroad/targets/${target}/channel`;
    app.embassy.become(refusesByPolicy());
    for (let n = 0; n < 4; n += 1) await app.sign(n);
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
    await app.until({ for_hand: 4 });
    app.embassy.become(refusesByPolicy({ after: 4 }));
    await app.call('POST', path, { mode: 'mail', reason: 'They say it was a mistake.' });
    await app.until({ accepted: 4 });
    app.clock.move(minute);
    for (let n = 4; n < 7; n += 1) await app.sign(n);
    await app.until({ accepted: 4, for_hand: 3 });
    await waitFor(mode, (seen) => seen === 'slowed', 'a slowed channel');
    await app.sign(7);
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
  });

  test('refusals from several signer domains, and the evidence says why', async () => {
    app.embassy.become(refusesByPolicy({ after: 2 }));
    for (let n = 0; n < 10; n += 1) await app.sign(n);
    await app.until({ accepted: 2, for_hand: 8 });
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
    const last = (await switches()).at(-1);
    expect(last).toMatchObject({ to: 'hand', by: 'rule', rule: 'blocked-by-sequential-test' });
    expect(last?.reason).toMatch(/refuses the letters: \d+ letters from \d+ different mail domains/);
    expect(last?.evidence.signerDomains).toBeGreaterThanOrEqual(3);
    for (const outcome of last?.evidence.outcomes ?? [])
      expect(outcome).toMatchObject({ attribution: 'blocked', stage: 'dot', text: expect.stringMatching(/./) });
    expect(JSON.stringify(last)).not.toMatch(/signer\d|mail\d+\.example/);
  });

  test('reports that come back later, from several domains', async () => {
    app.embassy.become(bouncesLater({ report: 'blocked' }));
    for (let n = 0; n < 8; n += 1) await app.sign(n);
    await waitFor(mode, (seen) => seen === 'hand', 'a shut channel');
    await app.until({ for_hand: 8 });
  });

  test('a person, with a reason, and back again', async () => {
    const path = `/v1/campaigns/uyghurs-abroad/targets/${target}/channel`;
    expect((await app.call('POST', path, { mode: 'hand' })).status).toBe(400);
    const shut = await app.call('POST', path, { mode: 'hand', reason: 'The office asked for paper.' });
    expect(shut.body).toMatchObject({
      from: 'mail',
      to: 'hand',
      by: 'test',
      rule: 'override',
      reason: 'The office asked for paper.',
    });
    expect((await app.call('POST', path, { mode: 'hand', reason: 'once more' })).status).toBe(409);
    await app.sign(1);
    await app.until({ for_hand: 1 });
    app.clock.move(100 * hour);
    await app.call('POST', path, { mode: 'mail', reason: 'They read mail again.' });
    await app.until({ accepted: 1 });
  });
});

test('a shut channel is probed with real letters, and the names go back to the mail when it heals', async () => {
  app.embassy.become(refusesByPolicy());
  for (let n = 0; n < 8; n += 1) await app.sign(n);
  await app.until({ for_hand: 8 });
  app.clock.move(hour + minute);
  await waitFor(switches, (seen) => seen.filter((change) => change.to === 'hand').length === 2, 'a failed probe');
  await app.until({ for_hand: 8 });
  app.embassy.become(accepts());
  app.clock.move(6 * hour + minute);
  await app.until({ accepted: 2, for_hand: 6 });
  app.clock.move(hour + minute);
  await app.until({ accepted: 8 });
  expect((await switches()).at(-1)).toMatchObject({ from: 'probing', to: 'mail', rule: 'probes-accepted' });
});

test('a full mailbox is asked less and less often, and is not shut for it', async () => {
  const before = app;
  app = await startTestApp({ env: { PACE_PER_HOUR: '60' }, personality: full() });
  await before.stop();
  const rest = async () => (await readChannel(app.database.read, target)).nextReleaseAt - app.clock.now();
  await app.sign(1);
  // A minute apart by its pace: a full mailbox quarters it, and once more at the next.
  await waitFor(rest, (left) => left === 4 * minute, 'a rest of four minutes');
  await app.sign(2);
  app.clock.move(4 * minute);
  await waitFor(rest, (left) => left === 16 * minute, 'a rest of sixteen minutes');
  expect(await mode()).toBe('slowed');
  app.embassy.become(accepts());
  app.clock.move(3 * hour);
  await app.until({ accepted: 1 });
  await waitFor(rest, (left) => left <= 8 * minute, 'a shorter rest');
});

test('a bounce that comes after the wait takes a delivered letter back, and its name goes on paper', async () => {
  await app.sign(1);
  await app.until({ accepted: 1 });
  app.clock.move(49 * hour);
  await app.until({ delivered: 1 });
  await deliver(app.embassy.received[0]?.envelope.from ?? '', policyReport());
  await app.until({ delivered: 0, for_hand: 1 });
  expect(await switches()).toEqual([]);
});
