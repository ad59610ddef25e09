/** The address of a signer is confirmed by a button behind a link, and until then a signature counts for nobody. */
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/clock.ts';
import { signatureTable } from '../../src/intake/signature-table.ts';
import { letterHistoryTable } from '../../src/letters/letter-table.ts';
import { noticeTable } from '../../src/notices/notice-table.ts';
import { campaignsAsking } from '../support/campaigns-asking.ts';
import { aSignature, campaign, startTestApp, target, type TestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let app: TestApp;
afterEach(async () => {
  await app.auditGreen();
  await app.stop();
});

const start = async (confirm: 'form' | 'all' = 'form', more: Parameters<typeof campaignsAsking>[0] = {}) => {
  app = await startTestApp({ env: { CAMPAIGNS_DIR: campaignsAsking({ confirm, ...more }) } });
};

/** Sends the form of the public page; gives the address of the receipt. */
async function signByForm(n: number, changes: Record<string, string> = {}): Promise<string> {
  const { name, email, language, consents } = aSignature(n);
  const consent = { consent_send: consents.send, 'consent_hand-over': consents['hand-over'] };
  const answer = await fetch(`${app.origin}/actions/${campaign}/sign`, {
    method: 'POST',
    body: new URLSearchParams({ name, email, language, ...consent, ...changes }),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  return app.origin + (answer.headers.get('location') ?? '');
}

/** The mails to signers, once this many have left. */
async function mails(n: number) {
  const toSigners = () => app.embassy.received.filter(({ envelope }) => !envelope.to[0]?.includes('embassy.example'));
  const found = await waitFor(toSigners, (seen) => seen.length >= n, `${n} mails to signers`);
  expect(found).toHaveLength(n);
  return Promise.all(found.map(async ({ raw, envelope }) => ({ ...(await PostalMime.parse(raw)), envelope })));
}
const linkIn = (mail: { text?: string | undefined } | undefined, page = 'confirm'): string =>
  new RegExp(`http://127[^\\s]+/${page}/[0-9a-v]{32}`).exec(mail?.text ?? '')?.[0] ?? 'no link';

const get = (link: string, method = 'GET') => fetch(link, { method, redirect: 'manual' });
const post = (link: string) => get(link, 'POST');

describe('a signature that came by the public form', () => {
  test('waits until its signer has pressed the button: to look at the page confirms nothing', async () => {
    await start();
    const receipt = await signByForm(1, { message: 'My own words & more' });
    const [mail] = await mails(1);
    const link = linkIn(mail);
    expect(mail?.envelope.to).toEqual(['signer1@mail1.example']);
    // A scanner follows every link, by GET or by HEAD, as often as it likes.
    for (const method of ['GET', 'HEAD', 'GET']) expect((await get(link, method)).status).toBe(200);
    expect(await app.states()).toMatchObject({ held: 1, queued: 0 });

    const page = await (await get(link)).text();
    expect(page).toContain('人権 守 1');
    expect(page).toContain('My own words &amp; more');
    expect(page).toMatch(/<form[^>]* method="post" action="\/confirm\//);
    expect(await (await get(receipt)).text()).toContain('Waits for your confirmation');

    const confirmed = await post(link);
    expect(confirmed.status).toBe(303);
    expect(new URL(confirmed.headers.get('location') ?? '', app.origin).href).toBe(`${receipt}?confirmed`);
    expect(await (await get(`${receipt}?confirmed`)).text()).toContain('Your e-mail address is confirmed');
    await app.until({ accepted: 1 });
    const moves = await app.database.read.find(letterHistoryTable, { order: { seq: 'ASC' } });
    expect(moves.slice(0, 2)).toMatchObject([
      { from: null, to: 'held' },
      { from: 'held', to: 'queued', reason: 'the signer confirmed the address' },
    ]);
  });

  test('is confirmed once, however often the button is pressed, and side by side', async () => {
    await start();
    await signByForm(1);
    const link = linkIn((await mails(1))[0]);
    const answers = await Promise.all([post(link), post(link), post(link)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    await app.until({ accepted: 1 });
    expect((await post(link)).status).toBe(303);
    expect((await get(link)).status).toBe(303);
    expect(await app.database.read.countBy(letterHistoryTable, { from: 'held' })).toBe(1);
  });

  test('goes to the waiting names when it is confirmed while the mail is shut', async () => {
    await start();
    const mode = { mode: 'hand', reason: 'as the test wants it' };
    await app.call('POST', `/v1/campaigns/${campaign}/targets/${target}/channel`, mode);
    await signByForm(1);
    expect((await post(linkIn((await mails(1))[0]))).status).toBe(303);
    await app.until({ for_hand: 1 });
  });

  test('can be taken back before, and is then not to be confirmed any more', async () => {
    await start();
    const receipt = await signByForm(1);
    const link = linkIn((await mails(1))[0]);
    expect((await post(`${receipt}/withdraw`)).status).toBe(303);
    expect((await get(link)).status).toBe(409);
    expect((await post(link)).status).toBe(409);
    expect(await app.states()).toMatchObject({ withdrawn: 1, queued: 0 });
  });

  test('that nobody confirms is closed after two weeks, and nothing personal is left of it', async () => {
    await start();
    const receipt = await signByForm(1, { phone: '0322223333' });
    const link = linkIn((await mails(1))[0]);
    app.clock.move(14 * day);
    await app.until({ withdrawn: 1 });
    const [row] = await app.database.read.find(signatureTable);
    expect(row).toMatchObject({ name: null, email: null, phone: null, message: null });
    const reasons = (await app.database.read.find(letterHistoryTable)).map(({ reason }) => reason);
    expect(reasons).toContain('not confirmed in time');
    expect((await get(link)).status).toBe(410);
    expect((await post(link)).status).toBe(410);
    const shown = await (await get(receipt)).text();
    expect(shown).toContain('Not confirmed');
    expect(shown).not.toContain('as you asked');
    // She may sign again.
    await signByForm(1);
    expect((await post(linkIn((await mails(2))[1]))).status).toBe(303);
    await app.until({ withdrawn: 1, accepted: 1 });
  });

  test('of a stranger who typed an address keeps its owner from nothing: who is confirmed first counts', async () => {
    await start();
    await signByForm(1, { name: 'A stranger' });
    const [stranger] = await mails(1);
    await signByForm(1);
    const own = (await mails(2))[1];
    expect((await post(linkIn(own))).status).toBe(303);
    await app.until({ accepted: 1, held: 1 });
    const second = await post(linkIn(stranger));
    expect(second.status).toBe(200);
    expect(await second.text()).toContain('You had signed this letter already');
    await app.until({ accepted: 1, withdrawn: 1 });
    expect((await app.database.read.find(signatureTable)).map(({ name }) => name)).toEqual([null, '人権 守 1']);
    expect(app.embassy.received.at(-1)?.raw.toString()).not.toContain('A stranger');
  });

  test('of one person twice, confirmed at the same moment, is one letter', async () => {
    await start();
    await signByForm(1);
    await signByForm(1);
    const links = (await mails(2)).map((mail) => linkIn(mail));
    const answers = await Promise.all(links.map(post));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 303]);
    await app.until({ accepted: 1, withdrawn: 1 });
  });

  test('gets its mail again when that is wished, but not at once and not for ever', async () => {
    await start();
    const receipt = await signByForm(1);
    await mails(1);
    const again = async () => (await post(`${receipt}/again`)).headers.get('location')?.replace(/.*\?/, '');
    const ended = () =>
      waitFor(
        () => app.database.read.findOneBy(noticeTable, {}),
        (row) => row?.endedAt !== null,
      );
    await ended();
    expect(await again()).toBe('wait');
    for (const n of [2, 3]) {
      app.clock.move(11 * minute);
      expect(await again()).toBe('again');
      const all = await mails(n);
      await ended();
      expect(new Set(all.map(({ messageId }) => messageId)).size).toBe(n);
      expect(linkIn(all.at(-1))).toBe(linkIn(all[0]));
    }
    app.clock.move(hour);
    expect(await again()).toBe('wait');
    expect(await (await get(`${receipt}?wait`)).text()).toContain('several times already');
  });

  test('fills no mailbox: a day has five such mails to one address, and those beyond still wait', async () => {
    await start();
    for (let n = 0; n < 7; n += 1) await signByForm(1, { email: `signer1+${n}@mail1.example` });
    await mails(5);
    await waitFor(
      () => app.database.read.countBy(noticeTable, { verdict: 'too-many' }),
      (n) => n === 2,
      'two held back',
    );
    await app.until({ held: 7 });
  });
});

describe('a signature that came by the API', () => {
  test('is vouched for by its source, unless the campaign asks everybody', async () => {
    await start('form');
    expect((await app.sign(1)).body.status).toBe('accepted');
    await app.until({ accepted: 1 });
    await mails(0);
  });

  test('is answered with `held` where everybody is asked, also when the event comes again', async () => {
    await start('all');
    const first = await app.sign(1, { event_id: 'e1' });
    expect(first.body).toMatchObject({ status: 'held' });
    expect((await post(linkIn((await mails(1))[0]))).status).toBe(303);
    await app.until({ accepted: 1 });
    expect((await app.sign(1, { event_id: 'e1' })).body).toEqual(first.body);
  });
});

test('links of one kind open no other page, and a made-up one opens none', async () => {
  await start('form', { thanks: 'form' });
  const receipt = await signByForm(1);
  const link = linkIn((await mails(1))[0]);
  expect((await get(receipt.replace('/receipts/', '/confirm/'))).status).toBe(404);
  expect((await get(link.replace('/confirm/', '/receipts/'))).status).toBe(404);
  expect((await post(link.replace('/confirm/', '/news/'))).status).toBe(404);
  expect((await post(`${link.slice(0, -1)}${link.endsWith('0') ? '1' : '0'}`)).status).toBe(404);
  // Thanks come after the confirmation, with the receipt.
  await post(link);
  const [, thanks] = await mails(2);
  expect(thanks?.subject).toBe('Thank you for your signature');
  expect(linkIn(thanks, 'receipts')).toBe(receipt);
});
