import { afterEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { accepts, slow } from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { createSourceKey } from '../../src/intake/source-key.ts';
import { letterTable } from '../../src/letters/letter-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { sendLetters, type SendLettersNeeds } from '../../src/outbox/send-letters.ts';
import { readChannel } from '../../src/outbox/channel-table.ts';
import { readSite, towards } from '../../src/outbox/site-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { siteAnswer, targetAnswer } from '../../src/web/api/answers.ts';
import { campaignsWhere } from '../support/campaigns-where.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const offices = ['north', 'south', 'west'].map((id) => ({ id, mailboxes: [`office@${id}.example`] }));
const notOurs = '554 5.7.1 <{to}>: Relay access denied';

/** Says at `rcpt`, of these offices only, that it does not relay for us. Counts all conversations. */
function knowsUsNot(...of: string[]): Personality & { visits: string[] } {
  const visits: string[] = [];
  return {
    name: 'knows us not',
    visits,
    answer: ({ stage, to }) => {
      if (stage !== 'rcpt') return undefined;
      visits.push(to);
      return of.some((id) => to.includes(`@${id}.`)) ? { say: notOurs.replace('{to}', to) } : undefined;
    },
  };
}

const startWith = (personality: Personality, targets = offices) =>
  startTestApp({ personality, env: { CAMPAIGNS_DIR: campaignsWhere(targets) } });

const paper = { id: 'paper', mailboxes: ['office@paper.example'] };

/** Three offices, and one whose names the pump lays aside for paper: so a test sees it come by. */
async function startWithPaper(personality: Personality): Promise<TestApp> {
  const started = await startWith(personality, [...offices, paper]);
  const path = `/v1/campaigns/${campaign}/targets/paper/channel`;
  await started.call('POST', path, { mode: 'hand', reason: 'They asked for paper.' });
  return started;
}

/** Signs twice, and waits until the pump has looked at every target in between. */
async function pumpComesBy(): Promise<void> {
  const laidAside = () => app.database.read.countBy(letterTable, { target: 'paper', state: 'for_hand' });
  for (const n of [1_001, 1_002]) {
    const before = await laidAside();
    await app.sign(n);
    await waitFor(laidAside, (seen) => seen > before, 'a name laid aside');
  }
}
const stateOf = async (place?: string) => readSite(app.database.read, place);
const of = (id: string, state: 'queued' | 'accepted') => app.database.read.countBy(letterTable, { target: id, state });

describe('trouble of ours', () => {
  test('that one target speaks of holds that target only, and is not counted against it', async () => {
    app = await startWith(knowsUsNot('north'));
    for (let n = 0; n < 6; n += 1) await app.sign(n);
    await app.until({ accepted: 12, queued: 6 });
    expect(await stateOf()).toMatchObject({ strikes: 0 });
    expect(await stateOf(towards('north'))).toMatchObject({ strikes: 1, reason: 'our-config (relay-denied)' });
    expect((await readChannel(app.database.read, 'north')).mode).toBe('mail');
    const { body } = await app.call('GET', `/v1/campaigns/${campaign}/targets/north`);
    expect(targetAnswer.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      paused: null,
      trouble: { state: 'open', reason: 'our-config (relay-denied)' },
      holds: [{ what: 'opened', by: 'rule', evidence: { targets: ['north'] } }],
    });
    const site = await app.call('GET', '/v1/site');
    expect(siteAnswer.safeParse(site.body).error).toBeUndefined();
    expect(site.body).toMatchObject({ trouble: null, targets: [{ target: 'north', trouble: { state: 'open' } }] });
    // Counted after the commit.
    const metrics = await waitFor(
      async () => (await fetch(`${app.opsUrl}/metrics`)).text(),
      (text) => /^todoke_target_pauses_total 1$/m.test(text),
      'a counted pause',
    );
    expect(metrics).toMatch(/^todoke_site_pauses_total 0$/m);
    expect(metrics).toMatch(/^todoke_targets_held\{by="trouble"\} 1$/m);
  });

  test('that several speak of pauses all sending; one real letter tries; then all go', async () => {
    const deaf = knowsUsNot('north', 'south', 'west');
    app = await startWithPaper(deaf);
    await app.sign(1);
    await waitFor(stateOf, (seen) => seen.strikes === 1, 'a paused site');
    await waitFor(
      () => app.database.read.count(outcomeTable),
      (n) => n === deaf.visits.length,
      'the end of what was under way',
    );
    const before = deaf.visits.length;
    await pumpComesBy();
    expect(deaf.visits).toHaveLength(before);
    app.clock.move(minute);
    await waitFor(stateOf, (seen) => seen.strikes === 2, 'a second strike');
    expect(deaf.visits).toHaveLength(before + 1);
    expect((await stateOf()).pausedUntil).toBe(app.clock.now() + 2 * minute);
    app.embassy.become(accepts());
    app.clock.move(10 * minute);
    await waitFor(stateOf, (seen) => seen.strikes === 0, 'a closed breaker');
    app.clock.move(hour);
    await app.until({ accepted: 9 });
    const { holds } = (await app.call('GET', '/v1/site')).body;
    expect(holds.map((each: { what: string }) => each.what)).toEqual(['closed', 'opened', 'opened']);
    expect(await app.database.read.countBy(outcomeTable, { attribution: 'blocked' })).toBe(0);
  });

  test('of our own relay pauses all sending at the first word', async () => {
    app = await startWith({
      name: 'shuts the door',
      answer: ({ stage }) => (stage === 'connect' ? { say: '554 5.7.1 No mail accepted from your host' } : undefined),
    });
    await app.sign(1);
    expect(await waitFor(stateOf, (seen) => seen.strikes === 1, 'a paused site')).toMatchObject({
      reason: expect.stringMatching(/^our-reputation/),
    });
    await app.until({ queued: 3 });
    for (const { id } of offices) expect((await stateOf(towards(id))).strikes).toBe(0);
  });

  test('a relay that does not answer is waited for; letters do not use up their tries', async () => {
    app = await startWithPaper({
      name: 'is away',
      answer: ({ stage }) => (stage === 'connect' ? { hangUp: true } : undefined),
    });
    await app.sign(1);
    expect(await waitFor(stateOf, (seen) => seen.strikes === 1, 'a paused site')).toMatchObject({
      reason: expect.stringMatching(/^the relay does not answer/),
    });
    await pumpComesBy();
    expect(await app.database.read.countBy(letterTable, { attempts: 0, state: 'queued' })).toBeGreaterThanOrEqual(6);
    app.embassy.become(accepts());
    app.clock.move(10 * minute);
    await app.until({ accepted: 9 });
  });

  test('that a provider reports later holds its target after the second signer domain', async () => {
    const listed = { action: 'failed', status: '5.7.1' } as const;
    const diagnostic = '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org';
    app = await startTestApp({
      env: { CAMPAIGNS_DIR: campaignsWhere(offices) },
      personality: {
        name: 'lists us',
        sendsBack: ({ envelope }) => (envelope.to[0]?.includes('@west.') ? { ...listed, diagnostic } : undefined),
      },
    });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(outcomeTable, { class: 'our-reputation' }),
      (n) => n === 1,
      'a report',
    );
    await app.sign(13);
    await waitFor(
      () => app.database.read.countBy(outcomeTable, { class: 'our-reputation' }),
      (n) => n === 2,
      'a second report to a signer of the same domain',
    );
    expect((await stateOf(towards('west'))).strikes).toBe(0);
    await app.sign(2);
    await waitFor(
      () => stateOf(towards('west')),
      (seen) => seen.strikes === 1,
      'a held target',
    );
    expect((await stateOf()).strikes).toBe(0);
    expect((await readChannel(app.database.read, 'west')).mode).toBe('mail');
  });
});

describe('staff', () => {
  const at = (place: string) => `/v1/campaigns/${campaign}/targets/${place}`;

  test('pause one target and let it go again, with a reason that is kept', async () => {
    app = await startWith(accepts());
    expect((await app.call('POST', `${at('north')}/pause`, {})).status).toBe(400);
    const paused = await app.call('POST', `${at('north')}/pause`, { reason: 'The office moves house.' });
    expect(paused).toMatchObject({
      status: 200,
      body: { what: 'paused', by: 'test', reason: 'The office moves house.' },
    });
    expect((await app.call('POST', `${at('north')}/pause`, { reason: 'once more' })).status).toBe(409);
    await app.sign(1);
    await app.until({ accepted: 2, queued: 1 });
    expect(await of('north', 'queued')).toBe(1);
    expect((await app.call('GET', at('north'))).body).toMatchObject({
      channel: { mode: 'mail' },
      paused: { by: 'test', reason: 'The office moves house.' },
      trouble: null,
    });
    await app.call('POST', `${at('north')}/resume`, { reason: 'They are there.' });
    await app.until({ accepted: 3 });
    const { body } = await app.call('GET', at('north'));
    expect(body.paused).toBeNull();
    expect(body.holds.map((each: { what: string; reason: string }) => [each.what, each.reason])).toEqual([
      ['resumed', 'They are there.'],
      ['paused', 'The office moves house.'],
    ]);
    expect((await app.call('POST', `${at('north')}/resume`, { reason: 'once more' })).status).toBe(409);
    expect((await app.call('POST', `${at('nowhere')}/pause`, { reason: 'not there' })).status).toBe(404);
  });

  test('pause all sending, and only with a key for all campaigns', async () => {
    app = await startWithPaper(accepts());
    const narrow = await createSourceKey(
      { database: app.database, clock: app.clock },
      { source: 'narrow', scopes: ['staff', 'read'], campaigns: [campaign] },
    );
    const headers = { authorization: `Bearer ${narrow}` };
    expect((await app.call('POST', '/v1/site/pause', { reason: 'stop it all' }, headers)).status).toBe(403);
    await app.call('POST', '/v1/site/pause', { reason: 'A letter has a mistake.' });
    await pumpComesBy();
    await app.until({ queued: 6 });
    expect(app.embassy.received).toHaveLength(0);
    const metrics = await (await fetch(`${app.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^todoke_site_held 1$/m);
    expect(metrics).toMatch(/^todoke_site_paused 0$/m);
    expect((await app.call('GET', '/v1/site')).body).toMatchObject({ paused: { reason: 'A letter has a mistake.' } });
    await app.call('POST', '/v1/site/resume', { reason: 'It is mended.' });
    await app.until({ accepted: 6 });
  });

  test('end a breaker’s wait when they have mended the cause: one letter tries at once', async () => {
    const east = { id: 'east', mailboxes: ['office@east.example'] };
    app = await startWith(knowsUsNot('north', 'south', 'west'), [...offices, east]);
    await app.sign(1);
    await waitFor(stateOf, (seen) => seen.strikes === 1, 'a paused site');
    await waitFor(app.states, ({ sending }) => sending === 0, 'nothing under way');
    app.embassy.become(accepts());
    await app.sign(2);
    const before = app.embassy.received.length;
    expect((await app.call('POST', '/v1/site/resume', { reason: 'The key is mended.' })).status).toBe(200);
    // Time stands still; whoever complained waits by itself.
    await waitFor(stateOf, (seen) => seen.strikes === 0, 'a closed breaker');
    expect(app.embassy.received.length).toBeGreaterThan(before);
    // 409: all sending stopped before this one could complain.
    for (const { id } of offices)
      expect([200, 409]).toContain((await app.call('POST', `${at(id)}/resume`, { reason: 'It is mended.' })).status);
    await waitFor(
      () => app.embassy.received.length,
      (n) => n >= before + 4,
      'the letters of the second signer',
    );
    expect((await app.call('GET', '/v1/site')).body.holds[0]).toMatchObject({ what: 'closed', by: 'rule' });
  });
});

test('a pause holds what was claimed and is not dialled yet', async () => {
  app = await startTestApp({ personality: slow({ ms: 100 }), env: { SMTP_CONNECTIONS: '1', RELEASE_EVERY: '1s' } });
  for (let n = 0; n < 12; n += 1) await app.sign(n);
  await waitFor(app.states, ({ accepted, sending }) => accepted > 0 && sending > 0, 'letters under way');
  await app.call('POST', '/v1/site/pause', { reason: 'The letter has a mistake.' });
  await waitFor(app.states, ({ sending }) => sending === 0, 'nothing under way');
  const { accepted, queued } = await app.states();
  expect(accepted).toBe(app.embassy.received.length);
  expect(queued).toBe(12 - accepted);
  expect(queued).toBeGreaterThan(4);
});

test('a pause holds what was let go already', async () => {
  app = await startTestApp({ env: { RELEASE_EVERY: '1h' } });
  await app.sign(1);
  const letter = await app.database.read.findOneByOrFail(letterTable, { target });
  await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/pause`, { reason: 'Wait for the lawyer.' });
  // Of all that it needs to write and send, it has nothing: it would throw.
  const needs = { database: app.database, clock: app.clock } as unknown as SendLettersNeeds;
  await sendLetters(needs, { letterIds: [letter.id] });
  expect(await app.database.read.count(attemptTable)).toBe(0);
});
