/** What operators see of a whole run: health, metrics with closed label sets, and a log without personal data. */
import { request } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day, minute } from '../../src/clock.ts';
import {
  accepts,
  bouncesLater,
  disconnects,
  dropsAfterDot,
  greylists,
  refusesByPolicy,
} from '../../src/embassy/personalities.ts';
import type { Personality } from '../../src/embassy/personality.ts';
import { sendBack } from '../../src/embassy/send-back.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { letterStates } from '../../src/letters/letter-states.ts';
import { type NoticeEnd, noticeKinds } from '../../src/notices/notice-table.ts';
import { attemptTable } from '../../src/outbox/attempt-table.ts';
import { channelModes, channelSwitchTable, readChannel, type ChannelMode } from '../../src/outbox/channel-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { returnedMailTable } from '../../src/outcomes/returned-mail-table.ts';
import { aSignature, campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** Every way a mail to a signer may end. */
const noticeEnds: readonly NoticeEnd[] = ['accepted', 'refused', 'in_doubt', 'given-up', 'bounced', 'complaint'];
const neverSent: readonly NoticeEnd[] = ['erased', 'not-needed', 'stopped', 'too-many'];
const stages = ['connect', 'envelope', 'data', 'dot'];
const attributions = ['signer', 'ours', 'passing', 'dead', 'blocked', 'full', 'none'];
const classes = [
  'delivered',
  'dead-mailbox',
  'target-block',
  'content',
  'mailbox-full',
  'sender-auth',
  'our-config',
].concat(
  ['our-reputation', 'rate', 'greylist', 'network', 'transient', 'protocol', 'delayed', 'auto-reply'],
  ['human-answer', 'complaint', 'unknown'],
);
const steps = ['send-letters', 'read-report', 'review-channel', 'finish-petition', 'release-letters'].concat([
  'sweep-overdue',
  'review-all-channels',
  'compile-on-schedule',
  'sweep-petitions',
  'sweep-answers',
  'forward-answer',
  'finish-erasures',
  'end-campaigns',
  'chase-petitions',
  'sweep-webhooks',
  'send-webhook',
]);

/** Every metric of ours, its type, and all values its labels may ever have. */
const ours: Record<string, { type: string; labels: Record<string, readonly string[]> }> = {
  todoke_signatures_total: { type: 'counter', labels: { result: ['accepted', 'repeat', 'replay', 'refused'] } },
  todoke_attempts_total: {
    type: 'counter',
    labels: { verdict: ['accepted', 'deferred', 'refused', 'unreachable', 'in_doubt'] },
  },
  todoke_outcomes_total: { type: 'counter', labels: { class: classes, attribution: attributions } },
  todoke_returned_mail_total: {
    type: 'counter',
    labels: {
      result: [
        'stored',
        'again',
        'forged',
        'expired',
        'never-sent',
        'too-large',
        'unverified',
        'stale',
        'replayed',
        'foreign',
        'mismatched',
      ],
    },
  },
  todoke_mailbox_away_total: { type: 'counter', labels: {} },
  todoke_answers_total: {
    type: 'counter',
    labels: {
      verdict: ['accepted', 'refused', 'in_doubt', 'given-up', 'erased', 'own', 'too-many'],
    },
  },
  todoke_notices_total: { type: 'counter', labels: { kind: noticeKinds, result: [...noticeEnds, ...neverSent] } },
  todoke_notices_waiting: { type: 'gauge', labels: { kind: noticeKinds } },
  todoke_console_sign_ins_total: {
    type: 'counter',
    labels: { result: ['in', 'half', 'refused', 'limited'] },
  },
  todoke_channel_switches_total: { type: 'counter', labels: { from: channelModes, to: channelModes } },
  todoke_dkim_unsigned_total: { type: 'counter', labels: {} },
  todoke_site_pauses_total: { type: 'counter', labels: {} },
  todoke_target_pauses_total: { type: 'counter', labels: {} },
  todoke_petitions_total: {
    type: 'counter',
    labels: { event: ['sealed', 'files-made', 'voided', 'handed-in', 'refused', 'posted', 'lost'] },
  },
  todoke_petitions_overdue: { type: 'gauge', labels: {} },
  todoke_webhooks_total: { type: 'counter', labels: { result: ['delivered', 'failed', 'given-up', 'gone'] } },
  todoke_step_failures_total: { type: 'counter', labels: { step: steps } },
  todoke_workers_rebuilt_total: { type: 'counter', labels: { step: steps } },
  todoke_smtp_stage_seconds: { type: 'histogram', labels: { stage: stages } },
  todoke_letters: { type: 'gauge', labels: { state: letterStates } },
  todoke_letters_oldest_age_seconds: { type: 'gauge', labels: { state: letterStates } },
  todoke_channels: { type: 'gauge', labels: { mode: channelModes } },
  todoke_site_paused: { type: 'gauge', labels: {} },
  todoke_site_held: { type: 'gauge', labels: {} },
  todoke_targets_held: { type: 'gauge', labels: { by: ['trouble', 'staff'] } },
};

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

interface Metrics {
  types: Map<string, string>;
  samples: Sample[];
  /** The sum of all samples with these labels. */
  sum(name: string, labels?: Record<string, string>): number;
}

/** Reads the text format of Prometheus strictly. */
async function scrape(app: TestApp): Promise<Metrics> {
  const response = await fetch(`${app.opsUrl}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; (version=0\.0\.4|charset=utf-8)/);
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of (await response.text()).split('\n').filter((text) => text !== '')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) types.set(type[1] ?? '', type[2] ?? '');
    if (line.startsWith('#')) continue;
    const [, name = '', list = '', value = ''] = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
    expect(name, line).not.toBe('');
    const labels = Object.fromEntries([...list.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((each) => each.slice(1, 3)));
    samples.push({ name, labels, value: Number(value) });
  }
  return {
    types,
    samples,
    sum: (name, labels = {}) =>
      samples
        .filter(
          (sample) => sample.name === name && Object.entries(labels).every(([key, of]) => sample.labels[key] === of),
        )
        .reduce((total, sample) => total + sample.value, 0),
  };
}

/** Everything personal in the run is one of these words, and they occur nowhere else. */
const secret = /守子|mamoruko|private-domain|555512|only she would write|forged-sender|secret-event/i;

const person = (n: number) => ({
  ...aSignature(n),
  name: `人権 守子 ${n}`,
  email: `Mamoruko.${n}@private-domain${n % 9}.example`,
  phone: `0355551${String(n).padStart(3, '0')}`.replace('551', '5512'),
  message: `words that only she would write ${n}`,
  event_id: `secret-event-${n}`,
});

/** Sends away in words that repeat the signer's address and the return path, as real servers do. */
const quoting = (code: string, words: string): Personality => {
  let n = 0;
  return {
    name: 'quotes',
    answer: ({ stage, from }) =>
      stage === 'dot' ? { say: `${code} <mamoruko.${(n += 1)}@private-domain.example> ${words} (${from})` } : undefined,
  };
};

describe('health', () => {
  test('tells that the process lives and that it can work, on a port of its own', async () => {
    const app = await startTestApp();
    const health = await fetch(`${app.opsUrl}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
    const ready = await fetch(`${app.opsUrl}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await fetch(app.origin + path)).status).toBe(404);
    expect((await fetch(`${app.opsUrl}/v1/campaigns`)).status).toBe(404);
    expect(health.headers.get('x-powered-by')).toBeNull();
    await app.stop();
  });

  test('while it stops it is alive and not ready, and what was under way is finished first', async () => {
    const app = await startTestApp();
    const stream = request(`${app.origin}/v1/campaigns/${campaign}/signatures`, {
      agent: false, // a kept connection would be waited for
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/x-ndjson' },
    });
    const answer = new Promise<string>((resolve, reject) => {
      stream.on('error', reject);
      stream.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(text));
      });
    });
    stream.write(`${JSON.stringify(aSignature(1))}\n`);
    await waitFor(
      () => app.database.read.count(signatureTable),
      (n) => n === 1,
      'the first line on disk',
    );
    const { folder, clock } = app;
    const closed = app.close();
    const status = async (path: string) => (await fetch(app.opsUrl + path)).status;
    await waitFor(
      () => status('/readyz'),
      (seen) => seen === 503,
      'not ready',
    );
    expect(await status('/healthz')).toBe(200);
    await expect(fetch(`${app.origin}/`)).rejects.toThrow();
    stream.end(`${JSON.stringify(aSignature(2))}\n`);
    expect((await answer).match(/"code":202/g)).toHaveLength(2);
    await closed;
    await expect(fetch(`${app.opsUrl}/healthz`)).rejects.toThrow();

    const again = await startTestApp({ folder, clock });
    expect(await again.database.read.count(signatureTable)).toBe(2);
    await again.auditGreen();
    await again.stop();
  });

  test('without its database it is not ready, and says so without a path or a password', async () => {
    const app = await startTestApp();
    await app.database.read.connection.destroy();
    const ready = await fetch(`${app.opsUrl}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).not.toContain(app.folder);
    expect((await fetch(`${app.opsUrl}/healthz`)).status).toBe(200);
    await app.database.read.connection.initialize();
    expect((await fetch(`${app.opsUrl}/readyz`)).status).toBe(200);
    await app.stop();
  });
});

describe('of a whole run', () => {
  const lines: string[] = [];
  let app: TestApp;
  let fresh: Metrics;
  let before: Metrics;
  let after: Metrics;

  const post = (path: string, contentType: string, body: string) =>
    fetch(app.origin + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': contentType },
      body,
    });
  const signatures = `/v1/campaigns/${campaign}/signatures`;
  const sign = (n: number, changes: object = {}) => app.call('POST', signatures, { ...person(n), ...changes });
  const tried = (verdict: 'deferred' | 'unreachable', n: number) =>
    waitFor(
      () => app.database.read.countBy(attemptTable, { verdict }),
      (seen) => seen >= n,
      `${n} attempts that were ${verdict}`,
    );
  const petition = (path: string, body: object) => app.call('POST', `/v1/petitions/${path}`, body);
  const logged = (words: string) => lines.filter((line) => line.includes(words));

  beforeAll(async () => {
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    app = await startTestApp({ log });
    fresh = await scrape(app);

    // Every door, with right and wrong bodies.
    expect((await sign(1)).status).toBe(202);
    await app.until({ accepted: 1 });
    expect((await sign(1)).status).toBe(202); // the same event
    expect((await sign(1, { event_id: 'secret-event-again' })).status).toBe(202); // the same person
    expect((await sign(1, { name: 'Mamoruko' })).status).toBe(409); // the event id for something else
    expect((await sign(2, { email: 'mamoruko at private-domain' })).status).toBe(400);
    expect((await post(signatures, 'application/json', `{"email":"mamoruko@private-domain`)).status).toBe(400);
    const stream = [JSON.stringify(person(3)), '{"name":"守子', JSON.stringify({ ...person(4), phone: 'mamoruko' })];
    await (await post(signatures, 'application/x-ndjson', `${stream.join('\n')}\n`)).text();
    const event = { specversion: '1.0', type: 'signature.created', source: '/mamoruko', id: 'secret-event-5' };
    const cloud = JSON.stringify({ ...event, subject: campaign, data: { ...person(5), event_id: undefined } });
    expect((await post('/v1/events', 'application/cloudevents+json', cloud)).status).toBe(202);
    const form = {
      name: '守子',
      email: 'mamoruko.6@private-domain6.example',
      language: 'ja',
      consent_send: '2020-05-29',
    };
    const sent = (fields: Record<string, string>) =>
      post(`/actions/${campaign}/sign`, 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString());
    expect((await sent(form)).status).toBe(422);
    const signed = await sent({ ...form, 'consent_hand-over': '2020-05-29' });
    expect(signed.status).toBe(303);
    await fetch(new URL(signed.headers.get('location') ?? '', app.origin));
    await fetch(`${app.origin}/receipts/mamoruko@private-domain.example`);
    await fetch(`${app.origin}/actions/mamoruko@private-domain.example/%E5%AE%88%E5%AD%90?email=mamoruko`);
    await app.call('GET', `/v1/campaigns/${campaign}/letters`);
    await app.until({ accepted: 4 });

    // Every way a server can behave.
    app.embassy.become(greylists());
    await sign(10);
    await tried('deferred', 1);
    app.clock.move(10 * minute);
    await app.until({ accepted: 5 });
    app.embassy.become(disconnects({ stage: 'rcpt', times: 1 }));
    await sign(11);
    await tried('unreachable', 1);
    app.clock.move(10 * minute);
    await app.until({ accepted: 6 });
    app.embassy.become(dropsAfterDot({ times: 1, taken: true }));
    await sign(12);
    await app.until({ in_doubt: 1 });
    app.clock.move(31 * minute);
    await app.until({ accepted: 7 });
    app.embassy.become(quoting('530', '5.7.0 Authentication required for'));
    await sign(13);
    await tried('deferred', 1);
    await waitFor(
      () => app.database.read.countBy(outcomeTable, { attribution: 'ours' }),
      (n) => n === 1,
      'trouble of ours',
    );
    before = await scrape(app);
    app.embassy.become(accepts());
    app.clock.move(day);
    await app.until({ queued: 0, sending: 0 });

    // Returned mail, real and forged.
    const diagnostic = '550 5.1.1 <mamoruko@private-domain.example> wrote to nobody';
    app.embassy.become(bouncesLater({ report: 'full', diagnostic }));
    await sign(14);
    await waitFor(
      () => app.database.read.count(returnedMailTable),
      (n) => n === 1,
      'a returned mail',
    );
    app.embassy.become(accepts());
    const door = { host: '127.0.0.1', port: app.bouncePort, name: 'x', signal: AbortSignal.timeout(10_000) };
    const forged = { from: 'forged-sender@private-domain.example', to: 'mamoruko@bounce.todoke.example' };
    expect(await sendBack({ ...door, ...forged, raw: Buffer.from('Subject: x\r\n\r\nmamoruko\r\n') })).toMatch(/^550/);

    // A block, a petition that is voided, and one that is handed in.
    app.embassy.become(refusesByPolicy());
    const turned = (to: ChannelMode) =>
      waitFor(
        async () => (await readChannel(app.database.read, target)).mode,
        (mode) => mode === to,
        `a channel that is ${to}`,
      );
    // One look at all eight would shut the channel at once; it is the first alone that makes it slow.
    await sign(20);
    await turned('slowed');
    for (let n = 21; n < 28; n += 1) await sign(n);
    await turned('hand');
    await waitFor(app.states, (seen) => seen.for_hand >= 8 && seen.queued + seen.sending === 0, 'names on a list');
    const compile = async (): Promise<string> => {
      const { body } = await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
      await waitFor(
        async () => (await app.call('GET', `/v1/petitions/${body.id}`)).body.files_ready,
        (made) => made === true,
        'its files',
      );
      return body.id;
    };
    const first = await compile();
    const at = new Date(app.clock.now()).toISOString();
    const place = 'by mamoruko at the gate';
    expect((await petition(`${first}/hand-ins`, { outcome: 'refused', at, place })).status).toBe(201);
    expect((await petition(`${first}/void`, { reason: 'mamoruko is spelled wrongly' })).status).toBe(200);
    const second = await compile();
    expect((await petition(`${second}/hand-ins`, { outcome: 'accepted', at, place, note: 'mamoruko' })).status).toBe(
      201,
    );
    const receipt = (await sign(30)).body.receipt_url as string;
    await waitFor(app.states, (seen) => seen.for_hand === 1, 'one more name');
    await fetch(`${receipt}/erase`, { method: 'POST', redirect: 'manual' });
    await app.until({ withdrawn: 1 });

    // Accidents: a table is gone while a step, the API and a page need it.
    app.clock.move(minute); // what was heard in the very millisecond of the override would still count
    const open = { mode: 'mail', reason: 'They read mail again, says mamoruko.' };
    expect((await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, open)).status).toBe(200);
    app.embassy.become(quoting('550', '5.7.1 is not wanted here'));
    await broken('attempt', async () => {
      await sign(31);
      await waitFor(
        () => logged('a step failed').filter((line) => line.includes('send-letters')).length,
        (n) => n > 0,
        'a failed step',
      );
    });
    await broken('intake_event', async () => {
      expect((await sign(32)).status).toBe(500);
      expect((await fetch(receipt)).status).toBe(500);
      expect(
        (await sent({ ...form, email: 'mamoruko.33@private-domain.example', 'consent_hand-over': '2020-05-29' }))
          .status,
      ).toBe(500);
    });
    after = await scrape(app);
  }, 60_000);
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
  });

  async function broken(table: string, work: () => Promise<void>): Promise<void> {
    const rename = (from: string, to: string) =>
      app.database.write((transaction) => transaction.query(`alter table ${from} rename to ${to}`));
    await rename(table, `${table}_away`);
    try {
      await work();
    } finally {
      await rename(`${table}_away`, table);
    }
  }

  describe('the metrics', () => {
    test('are all there from the start, each with its type', () => {
      for (const metrics of [fresh, after]) {
        for (const [name, { type }] of Object.entries(ours))
          expect([name, metrics.types.get(name)]).toEqual([name, type]);
        const others = [...metrics.types.keys()].filter((name) => !(name in ours));
        expect(others.filter((name) => !/^todoke_(process|nodejs)_/.test(name))).toEqual([]);
      }
      expect(
        fresh.samples.filter(({ name }) => name === 'todoke_letters').map(({ labels }) => labels['state']),
      ).toEqual([...letterStates]);
      expect(fresh.sum('todoke_channels')).toBe(1);
      expect(fresh.sum('todoke_channels', { mode: 'mail' })).toBe(1);
    });

    test('have labels of closed sets only: no person, no campaign, no target, no server’s words', () => {
      expect(after.samples.length).toBeGreaterThan(100);
      for (const { name, labels } of after.samples) {
        const metric = ours[name.replace(/_(bucket|sum|count)$/, '')] ?? ours[name];
        const { le, ...named } = labels;
        if (le !== undefined) expect(le).toMatch(/^(\+Inf|[\d.]+)$/);
        for (const [label, value] of Object.entries(named)) {
          if (metric) expect(metric.labels[label], `${name}{${label}="${value}"}`).toContain(value);
          // Node's own: the version, kinds of heap spaces and of collections, types of handles.
          else expect(['version', 'major', 'minor', 'patch', 'space', 'kind', 'type', 'quantile']).toContain(label);
          expect(value).not.toMatch(/@|example|人|uyghur|ambassador|secret/i);
          expect(value).not.toMatch(secret);
          expect(value.length).toBeLessThan(40);
        }
        if (metric) expect(Object.keys(named).toSorted()).toEqual(Object.keys(metric.labels).toSorted());
      }
    });

    test('count signatures by what became of them', () => {
      expect(after.sum('todoke_signatures_total', { result: 'replay' })).toBe(1);
      expect(after.sum('todoke_signatures_total', { result: 'repeat' })).toBe(1);
      // 1, a line, an event, a form; four servers; one full; eight blocked; one erased; one in an accident.
      expect(after.sum('todoke_signatures_total', { result: 'accepted' })).toBe(19);
      expect(after.sum('todoke_signatures_total', { result: 'refused' })).toBeGreaterThanOrEqual(3);
    });

    test('count a refused form like a refused body', async () => {
      const form = new URLSearchParams({ name: '', language: 'ja' }).toString();
      const seen = (await scrape(app)).sum('todoke_signatures_total', { result: 'refused' });
      expect((await post(`/actions/${campaign}/sign`, 'application/x-www-form-urlencoded', form)).status).toBe(422);
      expect((await scrape(app)).sum('todoke_signatures_total', { result: 'refused' })).toBe(seen + 1);
    });

    test('count attempts by verdict, as many as there are rows', async () => {
      const rows = await app.database.read.find(attemptTable);
      for (const verdict of ['accepted', 'deferred', 'refused', 'unreachable', 'in_doubt']) {
        const inRows = rows.filter((row) => row.verdict === verdict).length;
        expect(inRows, verdict).toBeGreaterThan(0);
        expect([verdict, after.sum('todoke_attempts_total', { verdict })]).toEqual([verdict, inRows]);
      }
    });

    test('count outcomes by class and attribution, as many as there are rows', async () => {
      const rows = await app.database.read.find(outcomeTable);
      const kinds = Map.groupBy(rows, (row) => `${row.class} ${row.attribution ?? 'none'}`);
      expect(kinds.size).toBeGreaterThanOrEqual(5);
      for (const [kind, alike] of kinds) {
        const [of = '', attribution = ''] = kind.split(' ');
        expect([kind, after.sum('todoke_outcomes_total', { class: of, attribution })]).toEqual([kind, alike.length]);
      }
    });

    test('count switches of the channel, as many as there are rows', async () => {
      const rows = await app.database.read.find(channelSwitchTable);
      const kinds = Map.groupBy(rows, (row) => `${row.from} ${row.to}`);
      expect([...kinds.keys()]).toEqual(expect.arrayContaining(['slowed hand', 'hand mail']));
      for (const [kind, alike] of kinds) {
        const [from = '', to = ''] = kind.split(' ');
        expect([kind, after.sum('todoke_channel_switches_total', { from, to })]).toEqual([kind, alike.length]);
      }
    });

    test('show returned mail, petitions, pauses and failures', () => {
      expect(after.sum('todoke_returned_mail_total', { result: 'stored' })).toBe(1);
      expect(after.sum('todoke_returned_mail_total', { result: 'forged' })).toBe(1);
      for (const [event, times] of Object.entries({ sealed: 2, voided: 1, 'handed-in': 1, refused: 1 }))
        expect([event, after.sum('todoke_petitions_total', { event })]).toEqual([event, times]);
      // A sweep may make the files of a petition whose files are just being made.
      expect(after.sum('todoke_petitions_total', { event: 'files-made' })).toBeGreaterThanOrEqual(2);
      expect(after.sum('todoke_site_pauses_total')).toBe(1);
      expect(before.sum('todoke_site_paused')).toBe(1);
      expect(after.sum('todoke_site_paused')).toBe(0);
      expect(after.sum('todoke_step_failures_total', { step: 'send-letters' })).toBeGreaterThanOrEqual(1);
      expect(after.sum('todoke_dkim_unsigned_total')).toBe(0);
    });

    test('show letters by state and the age of the oldest', async () => {
      const states = await app.states();
      const now = await scrape(app);
      for (const state of letterStates)
        expect([state, now.sum('todoke_letters', { state })]).toEqual([state, states[state]]);
      const age = now.sum('todoke_letters_oldest_age_seconds', { state: 'handed_in' });
      app.clock.move(10 * minute);
      expect((await scrape(app)).sum('todoke_letters_oldest_age_seconds', { state: 'handed_in' })).toBe(age + 600);
      expect(now.sum('todoke_letters_oldest_age_seconds', { state: 'held' })).toBe(0);
    });

    test('time the parts of each conversation', () => {
      const taken = after.sum('todoke_attempts_total', { verdict: 'accepted' });
      for (const stage of ['envelope', 'data', 'dot'])
        expect(after.sum('todoke_smtp_stage_seconds_count', { stage })).toBeGreaterThanOrEqual(taken);
      expect(after.sum('todoke_smtp_stage_seconds_sum')).toBeGreaterThan(0);
    });

    test('time dialling as well', () => {
      expect(after.sum('todoke_smtp_stage_seconds_count', { stage: 'connect' })).toBeGreaterThan(0);
    });
  });

  describe('the log, at its finest level', () => {
    test('tells what happened', () => {
      for (const words of ['todoke is ready', 'SIMULATED EMBASSY', 'a channel was switched', 'all sending is paused'])
        expect(logged(words).length, words).toBeGreaterThan(0);
      expect(logged('a step failed').some((line) => line.includes('no such table'))).toBe(true);
      expect(logged('a request failed').some((line) => line.includes('no such table'))).toBe(true);
      expect(logged('a page failed').length).toBeGreaterThanOrEqual(1);
      for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    });

    test('and names no name, no address, no phone, no words, no event id, no token', async () => {
      expect(await app.database.read.count(signatureTable)).toBeGreaterThan(15);
      expect(lines.filter((line) => secret.test(line))).toEqual([]);
      // No return path, no receipt, no key.
      expect(
        lines.filter((line) => /b-1\w-[0-9a-v]{16}|receipts\/[0-9a-v]{20}|todoke_[0-9a-v]{16}_/.test(line)),
      ).toEqual([]);
      expect(lines.filter((line) => line.includes(app.key))).toEqual([]);
      expect(lines.filter((line) => /\w@\w/.test(line))).toEqual([]);
    });
  });
});
