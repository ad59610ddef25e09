/** Mails of ours to signers: once each, stoppable, and never a word about a target. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dkimVerify } from 'mailauth';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { accepts, dropsAfterDot, greylists } from '../../src/embassy/personalities.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { noticeStopTable, noticeTable } from '../../src/notices/notice-table.ts';
import { createDkimSigner } from '../../src/outbox/dkim.ts';
import { channelSwitchTable } from '../../src/outbox/channel-table.ts';
import { outcomeTable } from '../../src/outcomes/outcome-table.ts';
import { readDkimKeys } from '../../src/secrets.ts';
import { campaignsAsking, newsVersion } from '../support/campaigns-asking.ts';
import { handInMail } from '../support/hand-in-mail.ts';
import { createBounce } from '../support/notice-bounce.ts';
import { metricsOf } from '../support/metrics-of.ts';
import { aSignature, campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const start = async (
  asking: Parameters<typeof campaignsAsking>[0],
  more: Parameters<typeof startTestApp>[0] = {},
): Promise<void> => {
  app = await startTestApp({ ...more, env: { CAMPAIGNS_DIR: campaignsAsking(asking), ...more.env } });
};

/** Mails to signers, and not to the office. */
const toSigners = () => app.embassy.received.filter(({ envelope }) => !envelope.to[0]?.includes('embassy.example'));
async function mails(n: number) {
  const found = await waitFor(toSigners, (seen) => seen.length >= n, `${n} mails to signers`);
  expect(found).toHaveLength(n);
  return Promise.all(found.map(async ({ raw, envelope }) => ({ ...(await PostalMime.parse(raw)), raw, envelope })));
}
const ended = (...wanted: (string | null)[]) =>
  waitFor(
    async () => (await app.database.read.find(noticeTable, { order: { id: 'ASC' } })).map(({ verdict }) => verdict),
    (seen) => seen.length === wanted.length && wanted.every((verdict, n) => seen[n] === verdict),
    wanted.join(', '),
  );
const header = (mail: { headers: { key: string; value: string }[] } | undefined, key: string) =>
  mail?.headers.find((each) => each.key === key)?.value;
const withNews = (n: number) => ({ consents: { ...aSignature(n).consents, news: newsVersion } });

/** Shuts the mail, lets these people sign, and hands their names over. */
async function handOver(signers: Record<string, unknown>[], before: () => Promise<void>): Promise<void> {
  const mode = { mode: 'hand', reason: 'as the test wants it' };
  await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, mode);
  for (const [n, changes] of signers.entries()) expect((await app.sign(n + 1, changes)).status).toBe(202);
  await app.until({ for_hand: signers.length });
  const { body } = await app.call('POST', `/v1/campaigns/${campaign}/petitions`, { target });
  const ready = async () => (await app.call('GET', `/v1/petitions/${body.id}`)).body.files_ready as boolean;
  await waitFor(ready, (isReady) => isReady, 'the files of the petition');
  await before();
  const at = new Date(app.clock.now()).toISOString();
  for (const outcome of ['refused', 'accepted']) {
    const report = { outcome, at, place: 'at the gate' };
    expect((await app.call('POST', `/v1/petitions/${body.id}/hand-ins`, report)).status).toBe(201);
  }
  await app.until({ handed_in: signers.length });
}

describe('thanks', () => {
  test('go to who signed, in the language of the signature, with the receipt and nothing that was typed', async () => {
    await start({ thanks: 'all' });
    const receipts = [(await app.sign(1)).body.receipt_url, (await app.sign(2)).body.receipt_url];
    const [english, japanese] = (await mails(2)).toSorted((a, b) =>
      (a.subject ?? '').localeCompare(b.subject ?? '', 'en'),
    );
    expect(english?.subject).toBe('Thank you for your signature');
    expect(japanese?.subject).toBe('ご署名ありがとうございました');
    for (const [mail, receipt] of [
      [english, receipts[0]],
      [japanese, receipts[1]],
    ] as const) {
      expect(mail?.from?.address).toBe('news@news.human-rights-desk.example');
      expect(mail?.text).toContain(receipt);
      expect(mail?.html).toContain(`href="${receipt}"`);
      expect(mail?.text ?? '').not.toContain('人権 守');
      expect(mail?.html).not.toMatch(/人権 守|<(img|script|link)\b|url\(|\{\{/);
      expect(header(mail, 'auto-submitted')).toBe('auto-generated');
      expect(header(mail, 'x-auto-response-suppress')).toBe('All');
      expect(header(mail, 'list-unsubscribe')).toBeUndefined();
      expect(header(mail, 'dkim-signature')).toBeDefined();
      expect(mail?.envelope.from).toMatch(/^n-1[0-9a-v]-/);
    }
    expect(header(japanese, 'content-language')).toBe('ja');
  });

  test('are in the words of the campaign where it has some', async () => {
    const text = '---\nsubject: From all of us\n---\n\nThank you, says *{{organisation}}*.\n';
    await start({ thanks: 'all', files: { 'notice-thanks.en.md': text } });
    await app.sign(1);
    const [mail] = await mails(1);
    expect(mail?.subject).toBe('From all of us');
    expect(mail?.text).toMatch(/^Thank you, says Human Rights Desk \(sample\)\.\r?\n/);
    expect(mail?.html).toContain('<em>Human Rights Desk (sample)</em>');
  });

  test('are not sent to who was erased or took the letter back, nor without a wish of the campaign', async () => {
    await start({ thanks: 'form' });
    await app.sign(1);
    await app.until({ accepted: 1 });
    expect(await app.database.read.count(noticeTable)).toBe(0);
    await app.stop();
    await start({ thanks: 'all' }, { personality: greylists() });
    const { body } = await app.sign(1);
    await waitFor(
      () => app.database.read.findOneBy(noticeTable, {}),
      (row) => row?.tries === 1 && row.startedAt === null,
    );
    await waitFor(app.states, (seen) => seen.queued === 1);
    expect((await fetch(`${body.receipt_url}/erase`, { method: 'POST', redirect: 'manual' })).status).toBe(303);
    app.embassy.become(accepts());
    app.clock.move(hour);
    await ended('erased');
    const [row] = await app.database.read.find(noticeTable);
    expect(row?.addressKey).toBe('');
    expect(toSigners()).toHaveLength(0);
  });
});

describe('that it was handed over', () => {
  test('is told once to those who asked for news and did not stop it, and one click stops it', async () => {
    await start({ news: true });
    await handOver([withNews(1), withNews(2), {}, withNews(4)], async () => {
      const [, , , last] = await app.database.read.find(signatureTable, { order: { id: 'ASC' } });
      const stop = { id: last?.id ?? '', until: Number.MAX_SAFE_INTEGER, reason: 'unsubscribed' as const };
      await app.database.write((transaction) => transaction.insert(noticeStopTable, stop));
    });
    const told = await mails(2);
    expect(told.map(({ envelope }) => envelope.to[0]).toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))).toEqual([
      'signer1@mail1.example',
      'signer2@mail2.example',
    ]);
    const english = told.find(({ subject }) => subject === 'The petition with your name was handed over');
    const japanese = told.find(({ subject }) => subject === 'お名前の載った署名簿を提出しました');
    expect(english?.text).toContain('On 15 June 2020 the petition that carries your name was handed over.');
    expect(japanese?.text).toContain(
      '2020年6月15日、あなたのお名前の載った署名簿を提出しました。宛先は「駐日中華人民共和国大使」です。',
    );
    expect(header(english, 'list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    const link = /^<(http:[^>]+\/news\/[0-9a-v]{32})>$/.exec(header(english, 'list-unsubscribe') ?? '')?.[1] ?? '';
    expect(english?.text).toContain(link);
    // RFC 8058 §4: both fields are under the signature.
    expect(header(english, 'dkim-signature')).toMatch(/h=[^;]*list-unsubscribe:[^;]*list-unsubscribe-post/);
    app.clock.move(day);
    await ended('accepted', 'accepted', 'stopped');

    // A GET is only looked at.
    const page = await (await fetch(link)).text();
    expect(page).toContain('No more news of this letter?');
    const stopped = await app.database.read.count(noticeStopTable);
    expect(stopped).toBe(1);
    const oneClick = await fetch(link, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      redirect: 'manual',
    });
    expect(oneClick.status).toBe(200);
    expect(await app.database.read.countBy(noticeStopTable, { reason: 'unsubscribed' })).toBe(2);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
  });
});

describe('a mail to a signer', () => {
  test('that comes back ends the mails to that mailbox for a while, and moves no letter and no channel', async () => {
    await start({ thanks: 'all' });
    await app.sign(1);
    const [mail] = await mails(1);
    await app.until({ accepted: 1 });
    const [notice] = await app.database.read.find(noticeTable);
    const bounce = createBounce('signer1@mail1.example', '550 5.1.1 User unknown');
    for (let n = 0; n < 2; n += 1) await handInMail(app.bouncePort, mail?.envelope.from ?? '', bounce);
    await ended('bounced');
    expect(await app.states()).toMatchObject({ accepted: 1, returned: 0, for_hand: 0 });
    expect(await app.database.read.count(outcomeTable)).toBe(0);
    expect(await app.database.read.count(channelSwitchTable)).toBe(0);
    const metrics = await metricsOf(app);
    expect(metrics.sum('todoke_notices_total', { kind: 'thanks', result: 'bounced' })).toBe(1);
    // The same mailbox under another spelling, once the first letter was taken back.
    expect(notice?.addressKey).not.toBe('');
    const again = { email: 'Signer1+again@mail1.example' };
    await app.call('POST', `/v1/campaigns/${campaign}/signatures`, { ...aSignature(1), ...again });
    await app.sign(2, { email: 'signer2@mail2.example' });
    await mails(2);
  });

  test('that was only late, or failed for a fault of ours, ends nothing', async () => {
    await start({ thanks: 'all' });
    await app.sign(1);
    const path = (await mails(1))[0]?.envelope.from ?? '';
    await handInMail(
      app.bouncePort,
      path,
      createBounce('signer1@mail1.example', '550 5.7.1 DKIM signature verification failed'),
    );
    await handInMail(app.bouncePort, path, createBounce('signer1@mail1.example', '451 4.4.1 No answer', 'delayed'));
    await ended('accepted');
    expect(await app.database.read.count(noticeStopTable)).toBe(0);
  });

  test('has a return path that only we can make', async () => {
    await start({ thanks: 'all' });
    await app.sign(1);
    const path = (await mails(1))[0]?.envelope.from ?? '';
    await app.until({ accepted: 1 });
    const office = app.embassy.received.find(({ envelope }) => envelope.to[0]?.includes('embassy.example'));
    for (const forged of [
      path.replace(/^n/, 'b'),
      (office?.envelope.from ?? '').replace(/^b/, 'n'),
      path.replace(/.@/, '@'),
    ])
      await expect(handInMail(app.bouncePort, forged, createBounce('x@y.example', '550 5.1.1 no'))).rejects.toThrow(
        '550',
      );
  });

  test('is not sent twice when it may have arrived', async () => {
    await start({ thanks: 'all' }, { personality: dropsAfterDot({ times: 1, taken: true }) });
    const mode = { mode: 'hand', reason: 'only the mail to the signer is to leave' };
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, mode);
    await app.sign(1);
    await ended('in_doubt');
    app.clock.move(day);
    await app.sign(2);
    await ended('in_doubt', 'accepted');
    expect(toSigners()).toHaveLength(2);
  });

  test('waits out passing trouble, and waits while all sending is paused', async () => {
    await start({ thanks: 'all' }, { personality: greylists() });
    await app.sign(1);
    await waitFor(
      () => app.database.read.findOneBy(noticeTable, {}),
      (row) => row?.tries === 1 && row.startedAt === null,
    );
    const pause = { reason: 'as the test wants it' };
    expect((await app.call('POST', '/v1/site/pause', pause)).status).toBe(200);
    app.clock.move(hour);
    await app.sign(2);
    await waitFor(
      () => metricsOf(app).then((all) => all.sum('todoke_notices_waiting', { kind: 'thanks' })),
      (n) => n === 2,
    );
    expect(toSigners()).toHaveLength(0);
    app.embassy.become(accepts());
    expect((await app.call('POST', '/v1/site/resume', pause)).status).toBe(200);
    app.clock.move(hour);
    await ended('accepted', 'accepted');
  });

  test('that was begun when its process died is in doubt; one that was not goes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-notices-'));
    await start({ thanks: 'all' }, { folder, personality: greylists() });
    await app.sign(1);
    await app.sign(2);
    const waiting = await waitFor(
      () => app.database.read.find(noticeTable, { order: { id: 'ASC' } }),
      (rows) => rows.length === 2 && rows.every(({ tries, startedAt }) => tries === 1 && startedAt === null),
    );
    await app.stop();
    await start({ thanks: 'all' }, { folder, clock: app.clock });
    await app.database.write((transaction) =>
      transaction.update(noticeTable, { id: waiting[0]?.id ?? '' }, { startedAt: app.clock.now() }),
    );
    app.clock.move(hour);
    await ended('in_doubt', 'accepted');
    expect(toSigners()).toHaveLength(1);
  });

  test('leaves after its own pace, what cannot wait before what can', async () => {
    await start({ confirm: 'all', thanks: 'all' }, { env: { NOTICES_PER_HOUR: '60' } });
    for (let n = 1; n < 6; n += 1) await app.sign(n);
    // A process that begins owes the minute before it too.
    await mails(2);
    app.clock.move(minute);
    await mails(3);
    app.clock.move(minute);
    const all = await mails(4);
    expect(all.every(({ text }) => text?.includes('/confirm/'))).toBe(true);
  });
});

test('its signature verifies, with the key of the domain above where its own has none', async () => {
  await start({ thanks: 'all' });
  await app.sign(1);
  const [mail] = await mails(1);
  const signed = /d=([^;]+);\s+s=([^;]+);/.exec(header(mail, 'dkim-signature') ?? '');
  expect(signed?.[1]).toBe('human-rights-desk.example');
  const [key] = readDkimKeys(join(app.folder, 'dkim-rehearsal'));
  const record = key && createDkimSigner(key).dnsRecord();
  const { results } = await dkimVerify(mail?.raw ?? '', {
    strict: true,
    resolver: async (asked: string) => (asked === record?.name ? [record.value.match(/.{1,255}/g) ?? []] : []),
  });
  expect(results.map(({ status }) => status.result)).toEqual(['pass']);
});
