/** The pages about targets: how each is reached and why, what holds its letters, and who may decide about it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { accepts, refusesByPolicy } from '../../src/embassy/personalities.ts';
import { holdEventTable } from '../../src/outbox/hold-event-table.ts';
import { readChannel, channelSwitchTable } from '../../src/outbox/channel-table.ts';
import { pauseTable } from '../../src/outbox/pause-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { staffEventTable } from '../../src/staff/staff-event-table.ts';
import { campaignsWhere } from '../support/campaigns-where.ts';
import { signedIn } from '../support/console-guest.ts';
import { campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

type Somebody = Awaited<ReturnType<typeof signedIn>>;
let app: TestApp;
let deliverer: Somebody;
let viewer: Somebody;
const path = `/console/targets/${target}`;
const mode = async (id = target) => (await readChannel(app.database.read, id)).mode;
const becomes = (wanted: string) => waitFor(mode, (seen) => seen === wanted, `the channel ${wanted}`);

async function start(options: Parameters<typeof startTestApp>[0] = {}): Promise<void> {
  app = await startTestApp(options);
  [deliverer, viewer] = [await signedIn(app, 'deliverer'), await signedIn(app, 'viewer')];
}

const attack = '"><img src=x onerror=alert(1)> <script>alert(2)</script>';

describe('a target', () => {
  beforeAll(() => start(), 60_000);
  afterAll(async () => {
    await app.auditGreen();
    await app.stop();
  });

  test('that nobody wrote to is reached by mail, in both languages; another one is not there', async () => {
    const page = await viewer.get(path);
    expect(page.status).toBe(200);
    expect(page.text).toContain('It is reached by mail, and always was.');
    expect(page.text).toContain('There is no letter to this target yet.');
    expect((await viewer.get('/console/targets')).text).toContain(`href="${path}"`);
    const japanese = await signedIn(app, 'viewer', { language: 'ja' });
    expect((await japanese.get(path)).text).toContain('はじめから、ずっとメールで届けています。');
    for (const id of ['nowhere', '..%2f', 'x'.repeat(90)])
      expect((await viewer.get(`/console/targets/${id}`)).status, id).toBe(404);
    expect((await deliverer.send('/console/targets/nowhere/pause', { reason: 'no such one' })).status).toBe(404);
  });

  test('that refuses is put to paper, and the page says since when, why, in whose words and how sure that is', async () => {
    app.embassy.become({
      name: 'refuses, and repeats what it was told',
      answer: ({ stage, from, to }) =>
        stage === 'dot'
          ? { say: `550 5.7.1 <${to}> does not want mail of Mamoru Jinken <${from}> ${attack}` }
          : undefined,
    });
    for (let n = 0; n < 4; n += 1) {
      await app.sign(n, { name: 'Mamoru Jinken' });
      await app.until({ for_hand: n + 1 });
      app.clock.move(5 * minute);
    }
    await becomes('hand');
    const { text } = await viewer.get(path);
    expect(text).toMatch(/Since 15 June 2020 at 12:\d\d the names are compiled by hand\./);
    expect(text).toContain('4 letters from 4 mail domains were refused within 15 minutes; none got through.');
    expect(text).toMatch(/The server said “550 5\.7\.1 address does not want mail of name address/);
    expect(text).toContain('blocked-by-sequential-test');
    expect(text).toMatch(/99\.9999\d*%/);
    expect(text).toContain('todoke, by its rule');
    expect(text).toMatch(/The mailbox is tried again with two real letters from 15 June 2020/);
    expect(text).toMatch(/wait for paper<\/dt><dd class="count">4</);
    // The words of a stranger: neither names nor addresses, and no markup.
    expect(text).not.toMatch(/jinken|signer\d|mail\d+\.example|bounce\./i);
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&lt;script&gt;alert(2)&lt;/script&gt;');
    expect(JSON.stringify(await app.database.read.find(channelSwitchTable))).not.toMatch(/jinken|@/i);
    const list = (await viewer.get('/console/targets')).text;
    expect(list).toContain('channel-hand');
    expect(list).toContain('for paper 4');
  });

  test('is changed only by who may, with a reason, and each change is written down', async () => {
    const campaigner = await signedIn(app, 'campaigner');
    for (const who of [viewer, campaigner]) {
      const { text } = await who.get(path);
      expect(text).not.toContain(`action="${path}`);
      expect(text).not.toContain('ambassador@');
      for (const below of ['channel', 'pause', 'resume', 'mailboxes/1/works'])
        expect((await who.send(`${path}/${below}`, { mode: 'mail', reason: 'because' })).status, below).toBe(403);
      for (const step of ['pause', 'resume'])
        expect((await who.send(`/console/sending/${step}`, { reason: 'because' })).status).toBe(403);
    }
    expect(await mode()).toBe('hand');
    const unsaid = await deliverer.send(`${path}/channel`, { mode: 'mail', form: 'back', reason: ' ' });
    expect(unsaid.status).toBe(422);
    expect(unsaid.text).toContain('id="back-reason-error"');
    const nothing = await deliverer.send(`${path}/channel`, { mode: 'probing', reason: attack });
    expect(nothing.status).toBe(422);
    expect(nothing.text).toContain('id="override-mode-error"');
    expect(nothing.text).not.toContain('<img src=x');
    expect(await mode()).toBe('hand');

    app.embassy.become(accepts());
    const back = await deliverer.send(`${path}/channel`, {
      mode: 'mail',
      form: 'back',
      reason: `A mistake. ${attack}`,
    });
    expect(back.location).toBe(path);
    await app.until({ accepted: 4 });
    const { text } = await viewer.get(path);
    expect(text).toMatch(/Since [^<]+ it is reached by mail\./);
    expect(text).toContain('人権 守 decided so.');
    expect(text).not.toContain('<img src=x');
    expect((await deliverer.get(path)).text).toContain('ambassador@');
    expect((await deliverer.send(`${path}/channel`, { mode: 'mail', reason: 'once more' })).status).toBe(409);
    const shut = await deliverer.send(`${path}/channel`, { mode: 'hand', reason: 'The office asked for paper.' });
    expect(shut.status).toBe(303);
    expect((await viewer.get(path)).text).toContain('Only a person opens it again');
    const rows = await app.database.read.findBy(staffEventTable, { actor: deliverer.staff.id, subject: target });
    expect(rows.map(({ what, result }) => `${what} ${result}`).filter((each) => each.endsWith('asked'))).toHaveLength(
      5,
    );
    expect(rows.at(-1)).toMatchObject({ what: 'channel.override', reason: 'The office asked for paper.' });
  });

  test('is paused and resumed, and so is sending as a whole; both are told on both pages', async () => {
    await deliverer.send(`${path}/channel`, { mode: 'mail', reason: 'They read mail.' });
    expect((await deliverer.send(`${path}/pause`, { reason: 'x' })).status).toBe(422);
    expect((await deliverer.send(`${path}/pause`, { reason: 'A letter has a mistake.' })).location).toBe(path);
    const paused = (await viewer.get(path)).text;
    expect(paused).toMatch(/Paused by 人権 守 since 15 June 2020/);
    expect(paused).toContain('A letter has a mistake.');
    expect(paused).toContain('none leave by mail now');
    expect((await viewer.get('/console/targets')).text).toContain('Paused by 人権 守');
    expect((await deliverer.send(`${path}/pause`, { reason: 'once more' })).status).toBe(409);
    await app.sign(20);
    await app.until({ queued: 1 });
    expect((await deliverer.send(`${path}/resume`, { reason: 'It is mended.' })).location).toBe(path);
    await app.until({ queued: 0, accepted: 5 });

    const wrong = await deliverer.send('/console/sending/pause', { reason: '' });
    expect([wrong.status, wrong.text.includes('id="pause-reason-error"')]).toEqual([422, true]);
    expect((await deliverer.send('/console/sending/pause', { reason: 'All has to stop.' })).location).toBe(
      '/console/targets',
    );
    expect(await app.database.read.findOneBy(pauseTable, { place: 'smtp' })).toMatchObject({ by: deliverer.staff.id });
    expect((await viewer.get(path)).text).toContain('All sending is held.');
    expect((await viewer.get('/console/targets')).text).not.toContain('Letters leave for every target');
    await deliverer.send('/console/sending/resume', { reason: 'Go on.' });
    const list = (await viewer.get('/console/targets')).text;
    expect(list).toContain('Letters leave for every target');
    expect(list).toContain('All has to stop.');
    expect((await deliverer.send('/console/sending/resume', { reason: 'Go on.' })).status).toBe(409);
    const rows = await app.database.read.findBy(staffEventTable, { actor: deliverer.staff.id, what: 'sending.pause' });
    expect(rows.map(({ subject, result }) => [subject, result])).toEqual([
      ['', 'asked'],
      ['', 'failed'],
      ['', 'asked'],
    ]);
  });

  test('shows a long history page by page', async () => {
    for (let n = 0; n < 26; n += 1)
      for (const wanted of ['slowed', 'mail'])
        await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, {
          mode: wanted,
          reason: `turn ${n}`,
        });
    const first = (await viewer.get(path)).text;
    const [, older = ''] = /href="([^"]*before=[^"]*)" rel="next"/.exec(first) ?? [];
    const second = (await viewer.get(older.replaceAll('&amp;', '&'))).text;
    const turns = (text: string) => text.slice(text.indexOf('id="switches"')).match(/<li>\s*<p><time/g)?.length ?? 0;
    const all = await app.database.read.count(channelSwitchTable);
    expect(turns(first.split('id="hold-history"')[0] ?? '')).toBe(50);
    expect(turns(second.split('id="hold-history"')[0] ?? '')).toBe(all - 50);
  });
});

describe('trouble of ours', () => {
  beforeAll(() => start(), 60_000);
  afterAll(() => app.stop());

  test('is told with what the server said, and blames no target', async () => {
    app.embassy.become({
      name: 'has us on a list',
      answer: ({ stage }) =>
        stage === 'rcpt' ? { say: `550 5.7.1 Client host blocked using zen.spamhaus.org ${attack}` } : undefined,
    });
    await app.sign(1);
    await waitFor(
      () => app.database.read.countBy(holdEventTable, { what: 'opened' }),
      (n) => n > 0,
      'a breaker',
    );
    const { text } = await viewer.get('/console/targets');
    expect(text).toMatch(/the trouble is ours, not the target|one real letter is trying/);
    expect(text).toContain('Our address or domain is on a list of bad senders.');
    expect(text).toContain('spamhaus');
    expect(text).not.toContain('<img src=x');
    expect(await mode()).toBe('mail');
    app.embassy.become(accepts());
    expect((await deliverer.send('/console/sending/resume', { reason: 'We are off the list.' })).status).toBe(303);
    await deliverer.send(`${path}/resume`, { reason: 'We are off the list.' });
    app.clock.move(2 * hour);
    await app.until({ accepted: 1 });
    const after = (await viewer.get(path)).text;
    expect(after).toContain('Ended, a letter got through');
    expect(after).toContain('We are off the list.');
  });
});

describe('mailboxes', () => {
  const [first, second] = ['old@office.example', 'new@office.example'];
  beforeAll(
    () => start({ env: { CAMPAIGNS_DIR: campaignsWhere([{ id: 'office', mailboxes: [first, second] }]) } }),
    60_000,
  );
  afterAll(() => app.stop());
  const office = '/console/targets/office';

  test('that are dead are told apart, without addresses for who does not look after them', async () => {
    app.embassy.become({
      name: 'has moved',
      answer: ({ stage, to }) =>
        stage === 'rcpt' && to === first ? { say: `550 5.1.1 <${to}>: ${attack} User unknown` } : undefined,
    });
    await app.sign(1);
    await app.until({ accepted: 1 });
    expect((await deliverer.get(office)).text).toContain('mailbox-doubted');
    await app.sign(2);
    await app.until({ accepted: 2 });
    const mine = (await deliverer.get(office)).text;
    for (const words of [first, second, 'mailbox-dead', 'mailbox-used', 'No longer used since 15 June 2020'])
      expect(mine).toContain(words);
    expect(mine).not.toContain('<img src=x');
    const theirs = (await viewer.get(office)).text;
    expect(theirs).toContain('mailbox-dead');
    expect(theirs).toContain('Mailbox 1');
    expect(theirs).not.toMatch(/@|office\.example/);
  });

  test('that work again are used again, when somebody says so', async () => {
    app.embassy.become(accepts());
    expect((await deliverer.send(`${office}/mailboxes/3/works`, { reason: 'no such one' })).status).toBe(404);
    const unsaid = await deliverer.send(`${office}/mailboxes/1/works`, { reason: '' });
    expect([unsaid.status, unsaid.text.includes('id="mailbox-1-reason-error"')]).toEqual([422, true]);
    expect((await deliverer.send(`${office}/mailboxes/1/works`, { reason: 'They told us so.' })).location).toBe(office);
    await app.sign(3);
    await app.until({ accepted: 3 });
    expect(app.embassy.received.at(-1)?.envelope.to).toEqual([first]);
    expect((await deliverer.get(office)).text).not.toContain('mailbox-dead');
    expect((await deliverer.send(`${office}/mailboxes/1/works`, { reason: 'once more' })).status).toBe(409);
    const [row] = await app.database.read.findBy(staffEventTable, { what: 'mailbox.works' });
    expect(row).toMatchObject({ subject: 'office:1', result: 'done', reason: 'They told us so.' });
    // What was heard stays.
    expect(await app.database.read.countBy(outcomeTable, { class: 'dead-mailbox' })).toBe(2);
  });
});

test('until when letters will have left is told by the pace', async () => {
  await start({ env: { PACE_PER_HOUR: '10' }, personality: refusesByPolicy({ after: 100 }) });
  try {
    await app.call('POST', '/v1/site/pause', { reason: 'to fill the queue' });
    for (let n = 0; n < 21; n += 1) await app.sign(n);
    await app.until({ queued: 21 });
    await app.call('POST', '/v1/site/resume', { reason: 'go on' });
    await app.until({ queued: 20, accepted: 1 });
    const { text } = await viewer.get(path);
    expect(text).toContain('10 letters an hour');
    expect(text).toContain('PACE_PER_HOUR');
    // Noon in Japan: the next one leaves in five minutes, and all take two hours.
    expect(text).toMatch(/All have left by about<\/dt><dd>15 June 2020 at 14:05/);
  } finally {
    await app.stop();
  }
});
