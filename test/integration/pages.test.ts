/**
 * The public pages through HTTP: every route, every refusal, and what hostile words become. One long file, since
 * all of it stands on the one fake site below.
 */
import type { AddressInfo } from 'node:net';
import { rmSync } from 'node:fs';
import express, { type ErrorRequestHandler } from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import { petitionRulesSchema, type Campaign } from '../../src/campaigns/campaign.ts';
import { createCampaignBook } from '../../src/campaigns/campaign-book.ts';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { loadWords, wordsFolder, type Words } from '../../src/campaigns/words.ts';
import { day, hour, minute } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import { createProofOfWork } from '../../src/intake/proof-of-work.ts';
import type { Signature } from '../../src/intake/signature.ts';
import type { Receipt, ReceiptLetter } from '../../src/ledger/receipt.ts';
import { letterStates } from '../../src/letters/letter-states.ts';
import { pagesRouter, type PageNeeds } from '../../src/web/pages/pages-router.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import { securityHeaders } from '../../src/web/security-headers.ts';
import { createVisitors } from '../../src/web/visitor.ts';
import { drawing, png, sampleCampaignWith } from '../support/sample-campaign.ts';

const [sample] = await loadCampaigns('campaigns');
if (!sample) throw new Error('there is no sample campaign');
const words = await loadWords(wordsFolder);
const [target] = sample.targets;
if (!target) throw new Error('the sample has no target');

const during = Date.parse('2020-06-10T05:03:20Z');
const after = Date.parse('2020-09-01T00:00:00Z');
const slug = sample.slug;
const keys = parseKeyRing(`1:${Buffer.alloc(32, 1).toString('base64')}`);
const page = `/actions/${slug}`;
const origin = 'https://letters.example';

interface Site {
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  post: (path: string, fields?: Record<string, string>, headers?: Record<string, string>) => Promise<Answer>;
  /** What was accepted, oldest first. */
  accepted: { signature: Signature; eventId: string | undefined }[];
  /** Every call that changes something. */
  changes: string[];
  failures: unknown[];
}

interface Answer {
  status: number;
  html: string;
  headers: Headers;
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A site with these fakes behind it. */
async function site(
  changes: Partial<PageNeeds> & {
    campaigns?: readonly Campaign[];
    receipts?: Record<string, Receipt>;
    at?: number;
  } = {},
): Promise<Site> {
  const { campaigns = [sample as Campaign], receipts = {}, at = during, ...needs } = changes;
  const made: Pick<Site, 'accepted' | 'changes' | 'failures'> = { accepted: [], changes: [], failures: [] };
  const app = express();
  app.set('etag', false);
  app.use(securityHeaders());
  app.use(
    pagesRouter({
      book: createCampaignBook(campaigns),
      words,
      origin: () => origin,
      clock: { now: () => at },
      keepOpen: false,
      limits: { network: async () => undefined, address: async () => undefined },
      crossOrigin: () => (_request, _response, next) => next(),
      puzzles: createProofOfWork({ keys, clock: { now: () => at } }),
      visitors: createVisitors({ trusted: false, hidden: () => undefined }),
      channelOf: async () => 'mail',
      async accept(signature, eventId) {
        made.accepted.push({ signature, eventId });
        return { id: `event${made.accepted.length}`, replay: false };
      },
      receiptToken: (id) => `token-of-${id}`,
      receiptOf: async (token) => receipts[token],
      ownDataOf: async () => undefined,
      proofOf: async () => undefined,
      withdraw: async (token) => void made.changes.push(`withdraw ${token}`),
      erase: async (token) => void made.changes.push(`erase ${token}`),
      failed: (error) => void made.failures.push(error),
      ...needs,
    }),
  );
  const last: ErrorRequestHandler = (_error, _request, response, _next) =>
    void response.status(500).send('the last handler');
  app.use(last);
  const server = app.listen(0);
  closing.push(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(here + path, { redirect: 'manual', ...init });
    return { status: response.status, html: await response.text(), headers: response.headers };
  };
  return {
    ...made,
    get: (path, headers = {}) => ask(path, { headers: { 'accept-language': 'en', ...headers } }),
    post: (path, fields = {}, headers = {}) =>
      ask(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { 'accept-language': 'en', ...headers },
      }),
  };
}

function fields(changes: Record<string, string> = {}): Record<string, string> {
  return {
    name: '人権 守',
    email: 'mamoru@mail.example',
    phone: '',
    message: '',
    language: 'ja',
    event_id: 'an-event',
    consent_send: '2020-05-29',
    'consent_hand-over': '2020-05-29',
    ...changes,
  };
}

function letter(changes: Partial<ReceiptLetter> = {}): ReceiptLetter {
  return {
    target: target?.id ?? '',
    state: 'queued',
    since: during + 7,
    steps: [{ state: 'queued', at: during + 7 }],
    identity: undefined,
    place: undefined,
    handedIn: undefined,
    tries: [],
    withdrawable: true,
    ...changes,
  };
}

const open = { erased: false, lapsed: false, confirmBy: undefined };

function receipt(changes: Partial<Receipt> = {}): Receipt {
  const { letters = [letter()] } = changes;
  return { eventId: 'e', campaign: slug, language: 'en', receivedAt: during - hour, ...open, ...changes, letters };
}

const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map((found) => found[1] ?? '');

/** What every page of ours keeps to. */
function expectSound({ html, headers }: Answer): void {
  expect(html).toMatch(/^\s*<!doctype html>\s*<html lang="(ja|en)" dir="ltr">/);
  // The only scripts are files of ours, which the policy lets run.
  expect(html.replace(/<script src="\/assets\/[\w.]+\?v=[0-9a-f]{8}" defer><\/script>/g, '')).not.toMatch(/<script/i);
  expect(html).not.toMatch(/\sstyle="|\son\w+="|javascript:/i);
  expect(html).not.toMatch(/undefined|\[object|\{\{/);
  expect(Buffer.byteLength(html)).toBeLessThan(60_000);
  expect(html.match(/<h1/g)).toHaveLength(1);
  const ids = attributes(html, 'id');
  expect(new Set(ids).size).toBe(ids.length);
  const named = ['for', 'aria-describedby', 'aria-labelledby'].flatMap((name) => attributes(html, name));
  expect(ids).toEqual(expect.arrayContaining(named.flatMap((list) => list.split(' '))));
  const inner = attributes(html, 'href').filter((href) => href.startsWith('#'));
  expect(ids).toEqual(expect.arrayContaining(inner.map((href) => href.slice(1))));
  for (const control of html.matchAll(/<(?:input|textarea)[^>]*\sname="([^"]+)"[^>]*>/g)) {
    if (!control[0].includes('type="hidden"')) expect(html).toContain(`<label for="${control[1]}">`);
  }
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('cache-control')).toMatch(/^(private, no-cache|no-store)$/);
}

describe('the list of campaigns', () => {
  test('is in the language the browser wants, or the one asked for', async () => {
    const { get } = await site();
    const japanese = await get('/', { 'accept-language': 'ja,en;q=0.5' });
    expectSound(japanese);
    expect(japanese.html).toContain('<html lang="ja"');
    expect(japanese.headers.get('vary')).toContain('Accept-Language');
    expect(japanese.html).toContain(`href="${page}/ja"`);
    expect((await get('/?language=en', { 'accept-language': 'ja' })).html).toContain('<html lang="en"');
    expect((await get('/', { 'accept-language': 'xx' })).html).toContain('<html lang="en"');
  });

  test('shows what is open before what is over, and a campaign in its own language where it lacks the page’s', async () => {
    const over = {
      ...(sample as Campaign),
      slug: 'a-first',
      languages: ['ja'],
      period: { ...sample.period, to: '2020-05-30' },
    };
    const { html } = await (await site({ campaigns: [over, sample] })).get('/');
    expect(html.indexOf(`/actions/${slug}/en`)).toBeLessThan(html.indexOf('/actions/a-first/ja'));
    expect(html).toContain('<li lang="ja">');
    expect(html).toContain('2020年5月30日で受付を終了');
  });

  test('says so when it is empty', async () => {
    const answer = await (await site({ campaigns: [] })).get('/');
    expectSound(answer);
    expect(answer.html).toContain('There is no letter to sign');
  });

  test('never repeats what the address says', async () => {
    const { html } = await (await site()).get('/?language=%22%3E%3Cscript%3Ealert(1)%3C/script%3E');
    expect(html).not.toContain('alert(1)');
  });
});

describe('the page of a campaign', () => {
  test('is chosen by the browser’s language, and has an address in each', async () => {
    const { get } = await site();
    for (const [wanted, got] of [
      ['ja-JP,ja;q=0.9', 'ja'],
      ['en-US', 'en'],
      ['fr', 'ja'],
    ] as const) {
      const answer = await get(page, { 'accept-language': wanted });
      expect(answer.status).toBe(302);
      expect(answer.headers.get('location')).toBe(`${page}/${got}`);
      expect(answer.headers.get('vary')).toContain('Accept-Language');
    }
    expect((await get(`${page}/sign`)).headers.get('location')).toBe(page);
  });

  test.each(['ja', 'en'])(
    'tells in %s the case, the letter, what happens and what is consented to',
    async (language) => {
      const answer = await (await site()).get(`${page}/${language}`);
      expectSound(answer);
      const { html } = answer;
      const own = words[language];
      expect(answer.headers.get('content-language')).toBe(language);
      expect(html).toContain(`<html lang="${language}"`);
      for (const tag of ['ja', 'en'])
        expect(html).toContain(`<link rel="alternate" hreflang="${tag}" href="${origin}${page}/${tag}">`);
      expect(html).toContain(`<link rel="alternate" hreflang="x-default" href="${origin}${page}">`);
      expect(html).toContain(`<link rel="canonical" href="${origin}${page}/${language}">`);
      expect(html).toContain(`<meta property="og:title" content="${sample.page[language]?.title}">`);
      const about = /<meta name="description" content="([^"]+)">/.exec(html)?.[1] ?? '';
      expect(about.length).toBeGreaterThan(80);
      expect(about.length).toBeLessThanOrEqual(160);
      expect(html).toContain(`<meta property="og:description" content="${about}">`);
      for (const text of [sample.page[language]?.title, sample.page[language]?.period, target.name[language]])
        expect(html).toContain(text);
      expect(html).toContain(sample.page[language]?.short);
      expect(html).toContain(`</summary>\n${sample.page[language]?.long}`);
      expect(html).toContain(
        `data-shows="name" data-empty="${own?.action['your-name']}">${own?.action['your-name']}</bdi>`,
      );
      expect(html).toContain(sample.letter[language]?.subject);
      expect(html).toContain(own?.sending['sender-reply-to']);
      expect(html).toContain(`&lt;${sample.sender.address}&gt;`);
      expect(html).toContain(sample.organisation.privacyPolicy[language]);
      for (const consent of sample.consents)
        expect(html).toContain(`name="consent_${consent.id}" value="${consent.version}"`);
      expect(html).not.toContain(' checked');
      for (const mailbox of target.mailboxes) expect(html).not.toContain(mailbox);
    },
  );

  test('has a form of its own for every reader', async () => {
    const { get } = await site();
    const [one, other] = await Promise.all([get(`${page}/en`), get(`${page}/en`)]);
    const id = /name="event_id" value="([0-9a-f-]{36})"/;
    expect(id.exec(one.html)?.[1]).toBeTruthy();
    expect(id.exec(one.html)?.[1]).not.toBe(id.exec(other.html)?.[1]);
  });

  test.each([
    ['before the period', { at: Date.parse('2020-05-28T14:59:59Z') }, 'Opens on 29 May 2020', false],
    ['on its first day in its own time zone', { at: Date.parse('2020-05-28T15:00:00Z') }, '>Open<', true],
    ['on its last day', { at: Date.parse('2020-08-31T14:59:59Z') }, '>Open<', true],
    ['after the period', { at: Date.parse('2020-08-31T15:00:00Z') }, 'was 31 August 2020', false],
    ['kept open for a rehearsal', { at: after, keepOpen: true }, words['en']?.closed.rehearsal ?? '', true],
    ['while letters are slowed', { channelOf: async () => 'slowed' as const }, words['en']?.sending.slowed ?? '', true],
    ['while names are collected', { channelOf: async () => 'hand' as const }, words['en']?.state.hand ?? '', true],
    [
      'while mail is tried again',
      { channelOf: async () => 'probing' as const },
      words['en']?.form['submit-hand'] ?? '',
      true,
    ],
  ])('says how things are %s', async (_when, changes, said, form) => {
    const answer = await (await site(changes)).get(`${page}/en`);
    expectSound(answer);
    expect(answer.html).toContain(said);
    expect(answer.html.includes('<form')).toBe(form);
  });

  test('tells of each target how it is reached, where they differ', async () => {
    const second = { ...target, id: 'second', name: { ja: '二人目', en: 'The Second' } };
    const two = { ...(sample as Campaign), targets: [target, second] };
    const channelOf = async (id: string) => (id === 'second' ? ('hand' as const) : ('mail' as const));
    const answer = await (await site({ campaigns: [two], channelOf })).get(`${page}/en`);
    expectSound(answer);
    expect(answer.html).toMatch(/<strong>The Second<\/strong><br>Mail does not get through/);
    expect(answer.html).toContain('Every office gets a letter of its own');
    expect(answer.html).toContain(words['en']?.form.submit);
  });

  test('states the other sender identity where the campaign uses it', async () => {
    const from = { ...(sample as Campaign), sender: { ...sample.sender, identity: 'from' as const } };
    const { html } = await (await site({ campaigns: [from] })).get(`${page}/ja`);
    expect(html).toContain(words['ja']?.sending['sender-from']);
  });

  test('shows hostile words of a campaign as words', async () => {
    const evil = '<script>alert(1)</script>"\'&';
    const hostile: Campaign = {
      ...(sample as Campaign),
      organisation: { ...sample.organisation, name: { ja: evil, en: evil } },
      targets: [{ ...target, name: { ja: evil, en: evil }, salutation: { ja: evil, en: evil } }],
      consents: sample.consents.map((consent) => ({ ...consent, version: '"><b>', text: { ja: evil, en: evil } })),
      page: {
        ...sample.page,
        en: {
          ...(sample.page['en'] as Campaign['page'][string]),
          title: evil,
          period: evil,
          hints: { name: evil, email: evil, phone: evil, message: evil },
        },
      },
      letter: { ...sample.letter, en: { subject: evil, footer: evil, body: `${evil} {{name}} {{organisation}}` } },
    };
    const { get } = await site({ campaigns: [hostile] });
    for (const answer of [await get(`${page}/en`), await get('/')]) {
      expectSound(answer);
      expect(answer.html).toContain('&lt;script&gt;alert(1)');
      expect(answer.html).not.toContain('<b>');
    }
  });

  test('shows the letter with the name and the words that were typed, when the form comes back', async () => {
    const { html } = await (
      await site()
    ).post(`${page}/sign`, fields({ email: '', message: 'One line\n<b>another', name: ' 人権 守 <i>' }));
    expect(html.match(/class="slot filled" data-shows="name"[^>]*>人権 守 &lt;i&gt;<\/bdi>/g)?.length).toBeGreaterThan(
      0,
    );
    expect(html).toMatch(/class="slot own filled" [^>]*>One line\n&lt;b&gt;another<\/p>/);
  });

  test('a letter that neither addresses nor signs is shown as it is completed', async () => {
    const bare: Campaign = {
      ...(sample as Campaign),
      letter: { ...sample.letter, en: { subject: 's', footer: 'f', body: 'Only this.' } },
    };
    const { html } = await (await site({ campaigns: [bare] })).get(`${page}/en`);
    const order = [
      'Your Excellency,',
      words['en']?.action['your-message'] ?? '',
      'Only this.',
      '<bdi class="slot" data-shows="name"',
    ];
    const places = order.map((text) => html.indexOf(text, html.indexOf('id="letter"')));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  test.each([
    '/actions/nothing',
    '/actions/nothing/en',
    `${page}/fr`,
    `${page}/EN`,
    '/actions/%3Cscript%3E/en',
    '/actions/%zz/en',
  ])('there is none at %s', async (path) => {
    const answer = await (await site()).get(path);
    expectSound(answer);
    expect(answer.status).toBe(path.includes('%zz') ? 400 : 404);
    expect(answer.html).toContain('There is no such page');
  });
});

describe('signing', () => {
  test('takes the form and leads to the receipt', async () => {
    const { post, accepted } = await site();
    const answer = await post(
      `${page}/sign`,
      fields({ phone: '03-2222-3333', message: 'お願い\r\nします', consent_contact: '2020-05-29' }),
    );
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/receipts/token-of-event1');
    expect(accepted).toHaveLength(1);
    expect(accepted[0]?.eventId).toBe('an-event');
    expect(accepted[0]?.signature).toMatchObject({
      name: '人権 守',
      email: { address: 'mamoru@mail.example' },
      phone: '0322223333',
      message: 'お願い\nします',
      language: 'ja',
      source: 'page',
      signedAt: during,
    });
    expect(accepted[0]?.signature.consents.map((consent) => consent.id)).toEqual(['send', 'hand-over', 'contact']);
    expect(accepted[0]?.signature).not.toHaveProperty('eventId');
  });

  test('a consent not ticked is a consent not given', async () => {
    const { post, accepted } = await site();
    await post(`${page}/sign`, fields());
    expect(accepted[0]?.signature.consents.map((consent) => consent.id)).toEqual(['send', 'hand-over']);
  });

  test.each([
    ['our own page', { 'sec-fetch-site': 'same-origin' }, 'page'],
    ['our own page, as our no-referrer policy makes it look', { origin: 'null' }, 'page'],
    ['a browser that says nothing', {}, 'page'],
    ['another site', { origin: 'https://other.example' }, 'form'],
    ['another site, by its Referer', { referer: 'https://other.example/page' }, 'form'],
    ['another site that hides its name', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 'form'],
  ])('knows %s', async (_who, headers, source) => {
    const { post, accepted } = await site();
    const { event_id: _, ...plain } = fields();
    expect((await post(`${page}/sign`, plain, headers)).status).toBe(303);
    expect(accepted[0]).toMatchObject({ signature: { source }, eventId: undefined });
  });

  test.each(['ja', 'en'])(
    'with mistakes shows the form in %s again, with what was typed and what to mend',
    async (language) => {
      const { post, accepted } = await site();
      const answer = await post(
        `${page}/sign`,
        fields({
          language,
          name: ' ',
          email: 'who@',
          phone: 'call me',
          message: '</textarea><b>x',
          consent_send: '',
          consent_contact: '2020-05-29',
        }),
      );
      expectSound(answer);
      expect(answer.status).toBe(422);
      expect(accepted).toEqual([]);
      const { html } = answer;
      const said = words[language]?.problems;
      for (const key of ['name-empty', 'email', 'phone', 'consent'] as const)
        expect(html.split(said?.[key] ?? '?')).toHaveLength(3);
      expect(html).toContain(`<title>${said?.title}`);
      for (const name of ['name', 'email', 'phone', 'consent_send']) {
        expect(html).toContain(`<a href="#${name}">`);
        expect(html).toMatch(
          new RegExp(`id="${name}"[^>]*aria-describedby="${name}-hint ${name}-error"[^>]*aria-invalid="true"`),
        );
      }
      expect(html).toContain('value="who@"');
      expect(html).toContain('value="call me"');
      expect(html).toContain('>\n&lt;/textarea&gt;&lt;b&gt;x</textarea>');
      expect(html).toMatch(/id="consent_contact"[^>]* checked/);
      expect(html).toMatch(/id="consent_hand-over"[^>]* checked/);
      expect(html).not.toMatch(/id="consent_send"[^>]* checked/);
      expect(html).toContain('name="event_id" value="an-event"');
      expect(html).toContain(`name="language" value="${language}"`);
    },
  );

  test.each([
    ['name', '"><script>alert(1)</script>\u202e'],
    ['email', '"><img src=x onerror=alert(1)>'],
    ['phone', '\'"--><svg/onload=alert(1)>'],
    ['message', '</textarea><script>alert(1)</script>\u0000'],
    ['event_id', '"><script>alert(1)</script>'],
    ['language', '"><script>alert(1)</script>'],
    ['consent_send', '"><script>alert(1)</script>'],
  ])('what is hostile in %s is shown as text', async (field, value) => {
    const answer = await (await site()).post(`${page}/sign`, fields({ email: 'wrong', [field]: value }));
    expectSound(answer);
    expect(answer.status).toBe(422);
    expect(answer.html).not.toMatch(/<img|<svg\/|<script>/);
  });

  test('a text that changed since it was read has to be agreed to again', async () => {
    const { html, status } = await (
      await site()
    ).post(`${page}/sign`, fields({ language: 'en', consent_send: '2019-01-01' }));
    expect(status).toBe(422);
    expect(html).toContain(words['en']?.problems['consent-changed']);
    expect(html).not.toMatch(/id="consent_send"[^>]* checked/);
  });

  test('a form elsewhere that asks for a consent the campaign does not know is told so', async () => {
    const two = { ...(sample as Campaign), consents: sample.consents.filter((consent) => consent.id !== 'contact') };
    const answer = await (
      await site({ campaigns: [two] })
    ).post(`${page}/sign`, fields({ language: 'en', consent_contact: '1' }));
    expectSound(answer);
    expect(answer.html).toContain(words['en']?.problems['consent-unknown']);
  });

  test('a form without a language gets the letter to read in the browser’s', async () => {
    const answer = await (await site()).post(`${page}/sign`, fields({ language: '' }));
    expectSound(answer);
    expect(answer.status).toBe(422);
    expect(answer.html).toContain('<html lang="en"');
    expect(answer.html).toContain(`<a href="#letter">${words['en']?.problems.language}`);
  });

  test('a mistake the words do not foresee is told in English', async () => {
    const accept = async () => {
      throw new AppError('invalid', 'no', { fields: [{ field: 'weather', problem: 'is <bad>: wait' }] });
    };
    const answer = await (await site({ accept })).post(`${page}/sign`, fields());
    expectSound(answer);
    expect(answer.html).toContain('<span lang="en">(is &lt;bad&gt;: wait)</span>');
  });

  test.each([
    ['has not begun', Date.parse('2020-05-01T00:00:00Z'), '29 May 2020'],
    ['has ended', after, '31 August 2020'],
  ])('when the campaign %s is refused in words', async (what, at, date) => {
    const { post, accepted } = await site({ at });
    const answer = await post(`${page}/sign`, fields({ language: 'en' }));
    expectSound(answer);
    expect(answer.status).toBe(409);
    expect(answer.html).toContain(`Signing ${what}`);
    expect(answer.html).toContain(date);
    expect(accepted).toEqual([]);
    expect((await (await site({ at, keepOpen: true })).post(`${page}/sign`, fields())).status).toBe(303);
  });

  test('a form sent before with other contents is offered again, as a new one', async () => {
    const accept = async () => {
      throw new AppError('conflict', 'used', { fields: [{ field: 'event_id', problem: 'was used' }] });
    };
    const answer = await (await site({ accept })).post(`${page}/sign`, fields());
    expectSound(answer);
    expect(answer.status).toBe(409);
    expect(answer.html).toContain(words['ja']?.problems.used);
    expect(answer.html).toContain('value="mamoru@mail.example"');
    expect(answer.html).not.toContain('value="an-event"');
  });

  test.each([
    ['too much waits', new AppError('unavailable', 'busy', { retryAfter: 5 })],
    ['the disk is full', new Error('SQLITE_FULL: database or disk is full')],
  ])('when %s loses nothing of what was typed', async (_why, error) => {
    const answer = await (await site({ accept: () => Promise.reject(error) })).post(`${page}/sign`, fields());
    expectSound(answer);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.html).toContain(words['ja']?.problems.busy);
    expect(answer.html).toContain('value="mamoru@mail.example"');
    expect(answer.html).toContain('value="an-event"');
  });

  test('an accident is told to the operators and not to the reader', async () => {
    const accept = () => Promise.reject(new Error('secret: mamoru@mail.example'));
    const one = await site({ accept });
    const answer = await one.post(`${page}/sign`, fields());
    expectSound(answer);
    expect(answer.status).toBe(500);
    expect(answer.html).not.toContain('mamoru');
    expect(one.failures).toEqual([new Error('secret: mamoru@mail.example')]);
  });

  test('without anybody to tell, an accident goes on to the app', async () => {
    const broken = { accept: () => Promise.reject(new Error('x')), failed: undefined } as unknown as Partial<PageNeeds>;
    expect((await (await site(broken)).post(`${page}/sign`, fields())).html).toBe('the last handler');
  });

  test.each([
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
  ] as const)('a refusal of the kind %s has its page', async (code, status) => {
    const accept = () => Promise.reject(new AppError(code, 'English for operators'));
    const answer = await (await site({ accept })).post(`${page}/sign`, fields());
    expectSound(answer);
    expect(answer.status).toBe(status);
    expect(answer.html).not.toContain('English for operators');
  });

  test.each([
    ['too long', { message: 'x'.repeat(70_000) }, {}, 413, 'That was too much text'],
    [
      'in an unknown encoding',
      {},
      { 'content-type': 'application/x-www-form-urlencoded; charset=x-nobody' },
      415,
      'could not be read',
    ],
    ['no form', {}, { 'content-type': 'application/json' }, 415, 'could not be read'],
    [
      'of too many fields',
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f${n}`, 'x'])),
      {},
      413,
      'too much text',
    ],
  ])('a body that is %s is refused in words', async (_what, changes, headers, status, said) => {
    const { post, accepted } = await site();
    const answer = await post(
      `${page}/sign`,
      fields(changes as Record<string, string>),
      headers as Record<string, string>,
    );
    expectSound(answer);
    expect(answer.status).toBe(status);
    expect(answer.html).toContain(said);
    expect(accepted).toEqual([]);
  });

  test('the longest allowed message fits', async () => {
    const { post, accepted } = await site();
    expect((await post(`${page}/sign`, fields({ message: '人'.repeat(1_000) }))).status).toBe(303);
    expect((await post(`${page}/sign`, fields({ message: '🕊️'.repeat(1_000) }))).status).toBe(303);
    expect(accepted).toHaveLength(2);
    expect((await post(`${page}/sign`, fields({ message: '人'.repeat(1_001) }))).html).toContain(
      words['ja']?.problems.message,
    );
  });

  test('of a field sent twice the first counts, and strange ones do not matter', async () => {
    const { post, accepted } = await site();
    const body = new URLSearchParams(fields());
    for (const [name, value] of [
      ['name', 'another'],
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['name[x]', 'z'],
    ] as const)
      body.append(name, value);
    const answer = await post(`${page}/sign`, body as unknown as Record<string, string>);
    expect(answer.status).toBe(303);
    expect(accepted[0]?.signature.name).toBe('人権 守');
  });

  test('for a campaign nobody knows there is no page', async () => {
    expect((await (await site()).post('/actions/nothing/sign', fields())).status).toBe(404);
  });
});

describe('protection', () => {
  const limited = (what: 'network' | 'address') => ({
    limits: {
      network: async () => undefined,
      address: async () => undefined,
      [what]: () => Promise.reject(new AppError('too-many', 'Too many', { retryAfter: 601 })),
    },
  });

  test.each(['network', 'address'] as const)(
    'too many from one %s are told when to come back, and keep what they typed',
    async (what) => {
      const { post, accepted } = await site(limited(what));
      for (const language of ['ja', 'en']) {
        const answer = await post(`${page}/sign`, fields({ language, message: 'words of my own' }));
        expectSound(answer);
        expect(answer.status).toBe(429);
        expect(answer.headers.get('retry-after')).toBe('601');
        expect(answer.html).toContain(words[language]?.problems.limit.replace('{{minutes}}', '11'));
        expect(answer.html).toContain('words of my own</textarea>');
        expect(answer.html).toContain('value="an-event"');
      }
      expect(accepted).toEqual([]);
    },
  );

  test('whoever fills the field that people do not see is asked to look again, once', async () => {
    const { get, post, accepted } = await site();
    expect((await get(`${page}/en`)).html).toMatch(/<div class="trap">\s*<label for="extra_words">/);
    const answer = await post(`${page}/sign`, fields({ language: 'en', extra_words: 'http://spam.example' }));
    expectSound(answer);
    expect(answer.status).toBe(422);
    expect(answer.html).toContain(words['en']?.problems.again);
    expect(answer.html).toContain('value="mamoru@mail.example"');
    // A browser that filled it for a person gets no second chance to do so.
    expect(answer.html).not.toContain('extra_words');
    expect(accepted).toEqual([]);
  });

  describe('that asks for work', () => {
    const hard: Campaign = { ...(sample as Campaign), protection: { ...sample.protection, proofOfWork: 'light' } };
    const sumIn = (html: string): string => {
      const [, one, other] = /<label for="answer">[^<\d]*(\d)\D+(\d)/.exec(html) ?? [];
      return String(Number(one) + Number(other));
    };

    test('asks a sum of those without script, and takes the right one in any digits', async () => {
      const { get, post, accepted } = await site({ campaigns: [hard] });
      const form = await get(`${page}/ja`);
      expectSound(form);
      const event_id = /name="event_id" value="([^"]+)"/.exec(form.html)?.[1] ?? '';
      const sum = sumIn(form.html);
      for (const answer of ['', '0', `${sum}0`]) {
        const again = await post(`${page}/sign`, fields({ event_id, answer }));
        expectSound(again);
        expect(again.status).toBe(422);
        expect(again.html.split(words['ja']?.problems.answer ?? '?')).toHaveLength(3);
        expect(again.html).toContain('<a href="#answer">');
        expect(sumIn(again.html)).toBe(sum);
      }
      const fullWidth = sum.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
      expect((await post(`${page}/sign`, fields({ event_id, answer: ` ${fullWidth} ` }))).status).toBe(303);
      expect(accepted).toHaveLength(1);
    });

    test('does not take one answer for many forms', async () => {
      const { post, accepted } = await site({ campaigns: [hard] });
      const { event_id: _, ...nameless } = fields();
      const answer = sumIn((await post(`${page}/sign`, nameless)).html);
      expect((await post(`${page}/sign`, { ...nameless, answer })).status).toBe(422);
      expect(accepted).toEqual([]);
    });
  });
});

describe('a receipt', () => {
  test.each(
    letterStates.flatMap(
      (state) =>
        [
          [state, 'ja'],
          [state, 'en'],
        ] as const,
    ),
  )('tells the state %s in %s', async (state, language) => {
    const steps = [
      { state: 'queued', at: during },
      { state, at: during + 3_600_000 },
    ] as const;
    const told = receipt({ language, letters: [letter({ state, steps, withdrawable: false, identity: 'from' })] });
    const answer = await (await site({ receipts: { t: told } })).get('/receipts/t');
    expectSound(answer);
    const expected = state === 'queued' ? words[language]?.states['queued-again'] : words[language]?.states[state];
    expect(answer.html).toContain(expected?.now);
    expect(answer.html).toContain(words[language]?.receipt['used-from']);
    expect(answer.html).toContain(language === 'ja' ? '2020年6月10日 15:03' : '10 June 2020 at 15:03');
    expect(answer.html.match(/aria-current="step"/g)).toHaveLength(1);
    expect(answer.html.includes(words[language]?.receipt.once ?? '?')).toBe(state === 'queued');
    expect(answer.html).not.toContain('href="/receipts/t/withdraw"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    expect(answer.html).toContain('<meta name="robots" content="noindex">');
  });

  test('tells the road without its many tries', async () => {
    const states = [
      'queued',
      'sending',
      'queued',
      'sending',
      'queued',
      'sending',
      'accepted',
      'returned',
      'for_hand',
      'petitioned',
    ] as const;
    const steps = states.map((state, index) => ({ state, at: during + index * 60_000 }));
    const told = receipt({ letters: [letter({ state: 'petitioned', steps })] });
    const { html } = await (await site({ receipts: { t: told } })).get('/receipts/t');
    const road = [...html.matchAll(/<li[^>]*><span>([^<]+)<\/span> <time datetime="([^"]+)"/g)].map((step) => [
      step[1],
      step[2],
    ]);
    const names = words['en']?.states;
    expect(road).toEqual([
      [names?.queued.name, '2020-06-10T05:03Z'],
      [names?.['queued-again'].name, '2020-06-10T05:07Z'],
      [names?.accepted.name, '2020-06-10T05:09Z'],
      [names?.returned.name, '2020-06-10T05:10Z'],
      [names?.for_hand.name, '2020-06-10T05:11Z'],
      [names?.petitioned.name, '2020-06-10T05:12Z'],
    ]);
  });

  test('tells the place on the petition and how it was handed over', async () => {
    const place = { serial: '2026-0001', volume: 1, page: 2, number: 31, of: 1240 };
    const handedIn = { at: during, outcome: 'accepted', place: '<b>正門</b>' };
    const told = receipt({
      letters: [letter({ state: 'handed_in', steps: [{ state: 'handed_in', at: during }], place, handedIn })],
    });
    const { get } = await site({
      receipts: {
        t: told,
        ja: { ...told, language: 'ja' },
        unmade: receipt({
          letters: [
            letter({
              state: 'petitioned',
              steps: [{ state: 'petitioned', at: during }],
              place: { ...place, page: undefined },
            }),
          ],
        }),
        odd: receipt({
          letters: [
            letter({
              state: 'handed_in',
              steps: [{ state: 'handed_in', at: during }],
              handedIn: { ...handedIn, outcome: 'new' },
            }),
          ],
        }),
      },
    });
    const { html } = await get('/receipts/t');
    // Where it was stands there only if the campaign says so: staff write it in their own words.
    expect(html).not.toContain('正門');
    expect(html).toContain('· received</p>');
    const telling = { ...(sample as Campaign), petitionRules: petitionRulesSchema.parse({ tellPlace: true }) };
    const open = await site({ campaigns: [telling], receipts: { t: told } });
    expect((await open.get('/receipts/t')).html).toContain('· received · <bdi>&lt;b&gt;正門&lt;/b&gt;</bdi></p>');
    expect(html).toContain('Petition 2026-0001, volume 1, page 2, number 31 of 1,240');
    expect((await get('/receipts/ja')).html).toContain('署名簿2026-0001 第1分冊 2ページ 31番（全1,240名）');
    expect((await get('/receipts/unmade')).html).toContain('Petition 2026-0001, volume 1, number 31 of');
    expect((await get('/receipts/odd')).html).toContain('· new</p>');
  });

  test('tells honestly that a petition was refused, posted or lost, and calls none of it handed over', async () => {
    const place = { serial: '2026-0001', volume: 1, page: 2, number: 31, of: 1240 };
    const steps = [{ state: 'petitioned', at: during }] as const;
    const tries = (['refused', 'posted', 'lost'] as const).map((outcome, n) => ({
      at: during + (n + 1) * day,
      outcome,
    }));
    const after = (n: number) =>
      receipt({ letters: [letter({ state: 'petitioned', steps, place, tries: tries.slice(0, n) })] });
    const { get } = await site({ receipts: { none: after(0), refused: after(1), posted: after(2), lost: after(3) } });
    const { tries: said, states } = words['en'] as Words;
    const texts = {
      none: states.petitioned.now,
      refused: said.refused.now,
      posted: said.posted.now,
      lost: said.lost.now,
    };
    for (const [token, text] of Object.entries(texts)) {
      const { html } = await get(`/receipts/${token}`);
      expect(html).toContain(text);
      for (const other of Object.values(texts)) if (other !== text) expect(html).not.toContain(other);
      expect(html).not.toContain(states.handed_in.name);
    }
    const { html } = await get('/receipts/lost');
    const road = [...html.matchAll(/<li[^>]*><span>([^<]+)/g)].map((found) => found[1]);
    expect(road).toEqual([states.petitioned.name, said.refused.name, said.posted.name, said.lost.name]);
  });

  test('of a repeated signature is, byte for byte, that of a letter that just came in', async () => {
    for (const language of ['ja', 'en']) {
      const fresh = receipt({ language });
      const again = receipt({ language, letters: [], eventId: 'other' });
      const { get } = await site({ receipts: { fresh, again } });
      for (const path of ['', '/withdraw', '/erase', '?withdraw', '/data.json']) {
        const one = await get(`/receipts/fresh${path}`);
        const other = await get(`/receipts/again${path}`);
        expect(other.html.replaceAll('/again', '/fresh')).toBe(one.html);
        expect(other.status).toBe(one.status);
        expect([...other.headers.keys()]).toEqual([...one.headers.keys()]);
        expectSound(one);
      }
    }
  });

  test('begins with thanks for a while, under the address that people keep', async () => {
    const receivedAt = during - 9 * minute;
    const withdrawn = letter({ state: 'withdrawn', steps: [{ state: 'withdrawn', at: during }], withdrawable: false });
    const { get } = await site({
      receipts: {
        t: receipt({ receivedAt }),
        again: receipt({ receivedAt, letters: [] }),
        old: receipt({ receivedAt: during - 10 * minute }),
        gone: receipt({ receivedAt, erased: true }),
        back: receipt({ receivedAt, letters: [withdrawn] }),
      },
    });
    const answer = await get('/receipts/t');
    expectSound(answer);
    expect(answer.html).toContain(`<h1>${words['en']?.thanks.title}</h1>`);
    expect((await get('/receipts/again')).html.replaceAll('/again', '/t')).toBe(answer.html);
    for (const path of ['old', 'old?thanks', 'gone', 'back', 't?withdraw'])
      expect((await get(`/receipts/${path}`)).html, path).not.toContain(words['en']?.thanks.title);
  });

  test('gives no file of a repeated signature, nor of a first one while the two look alike', async () => {
    const ownDataOf = () => Promise.reject(new Error('nobody may ask'));
    const waits = letter({
      state: 'withdrawn',
      steps: [
        { state: 'queued', at: during },
        { state: 'withdrawn', at: during },
      ],
    });
    const receipts = { t: receipt(), back: receipt({ letters: [waits] }), again: receipt({ letters: [] }) };
    const { get } = await site({ receipts, ownDataOf });
    for (const token of Object.keys(receipts)) {
      const answer = await get(`/receipts/${token}/data.json`);
      expectSound(answer);
      expect(answer.status).toBe(409);
      expect(answer.html).toContain(words['en']?.failures['data-later'].title);
      const page = (await get(`/receipts/${token}`)).html;
      expect(page).not.toContain('data.json');
      // Nothing is promised of a letter that will never leave.
      expect(page).toContain(words['en']?.data[token === 'back' ? 'never' : 'later']);
    }
    expect((await get('/receipts/nobody/data.json')).status).toBe(404);
  });

  test('whose data was erased says so and offers nothing more', async () => {
    const answer = await (await site({ receipts: { t: receipt({ erased: true }) } })).get('/receipts/t');
    expectSound(answer);
    expect(answer.html).toContain(words['en']?.receipt.erased);
    expect(answer.html).not.toMatch(/\/withdraw|\/erase/);
  });

  test('shows every target, in the order of the campaign', async () => {
    const second = { ...target, id: 'second', name: { ja: '二人目', en: 'The Second' } };
    const two = { ...(sample as Campaign), targets: [target, second] };
    const letters = [letter({ target: 'second' }), letter()];
    const { get } = await site({
      campaigns: [two],
      receipts: { t: receipt({ letters }), again: receipt({ letters: [] }) },
    });
    const { html } = await get('/receipts/t');
    expect(html.indexOf(target.name['en'] ?? '?')).toBeLessThan(html.indexOf('The Second'));
    expect((await get('/receipts/again')).html.replaceAll('/again', '/t')).toBe(html);
  });

  test('outlives its campaign and its language', async () => {
    const told = receipt({ campaign: 'long-gone', language: 'fr', letters: [letter({ target: 'nobody' })] });
    const answer = await (await site({ receipts: { t: told } })).get('/receipts/t');
    expectSound(answer);
    expect(answer.html).toContain('long-gone');
    expect(answer.html).toContain('nobody');
  });

  test.each(['', '/withdraw', '/erase', '/data.json'])('that is not known has no page at %s', async (path) => {
    const one = await site();
    const answers = [
      await one.get(`/receipts/%3Cscript%3E${path}`),
      ...(path && path !== '/data.json' ? [await one.post(`/receipts/x${path}`)] : []),
    ];
    for (const answer of answers) {
      expectSound(answer);
      expect(answer.status).toBe(404);
      expect(answer.html).toContain('This receipt is not known');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(one.changes).toEqual([]);
  });
});

describe('taking back and erasing', () => {
  test.each(['withdraw', 'erase'] as const)('%s asks first, and only the button does it', async (what) => {
    const one = await site({ receipts: { t: receipt() } });
    const asked = await one.get(`/receipts/t/${what}`);
    expectSound(asked);
    expect(asked.html).toContain(words['en']?.[what].ask);
    expect(asked.html).toContain(`<form class="choices" method="post" action="/receipts/t/${what}">`);
    expect(one.changes).toEqual([]);
    const done = await one.post(`/receipts/t/${what}`);
    expect(done.status).toBe(303);
    expect(done.headers.get('location')).toBe(`/receipts/t?${what}`);
    expect(one.changes).toEqual([`${what} t`]);
    expect((await one.get(`/receipts/t?${what}`)).html).toContain(words['en']?.[what].done);
  });

  test('a letter that has left is not taken back', async () => {
    const left = receipt({ letters: [letter({ state: 'accepted', withdrawable: false })] });
    const one = await site({ receipts: { t: left } });
    for (const answer of [await one.get('/receipts/t/withdraw'), await one.post('/receipts/t/withdraw')]) {
      expectSound(answer);
      expect(answer.status).toBe(409);
      expect(answer.html).toContain('can no longer be taken back');
    }
    expect(one.changes).toEqual([]);
  });

  test('the second of a double click changes nothing and leads to the same page', async () => {
    const withdrawn = receipt({ letters: [letter({ state: 'withdrawn', withdrawable: false })] });
    const one = await site({ receipts: { t: withdrawn, gone: receipt({ erased: true }) } });
    expect((await one.post('/receipts/t/withdraw')).status).toBe(303);
    expect((await one.post('/receipts/gone/erase')).status).toBe(303);
    expect((await one.get('/receipts/gone/erase')).status).toBe(409);
    expect(one.changes).toEqual([]);
  });

  test('a letter on its way at this moment is told in words', async () => {
    const erase = () => Promise.reject(new AppError('conflict', 'on its way'));
    const answer = await (await site({ receipts: { t: receipt() }, erase, withdraw: erase })).post('/receipts/t/erase');
    expectSound(answer);
    expect(answer.status).toBe(409);
    expect(answer.html).toContain(words['en']?.failures['on-its-way'].title);
  });

  test('an accident behind the button is told to the operators', async () => {
    const one = await site({ receipts: { t: receipt() }, erase: () => Promise.reject(new Error('x')) });
    expect((await one.post('/receipts/t/erase')).status).toBe(500);
    expect(one.failures).toHaveLength(1);
  });

  test('looking changes nothing, anywhere', async () => {
    const one = await site({ receipts: { t: receipt() } });
    for (const path of [
      '/',
      page,
      `${page}/ja`,
      `${page}/sign`,
      '/receipts/t',
      '/receipts/t/withdraw',
      '/receipts/t/erase',
      '/receipts/t?erase',
    ]) {
      await one.get(path);
      await one.get(path);
    }
    expect([...one.changes, ...one.accepted]).toEqual([]);
  });
});

describe('around the pages', () => {
  test('the style sheet may be kept under the address the pages give it', async () => {
    const { get } = await site();
    const href = /href="(\/assets\/todoke\.css\?v=[0-9a-f]{8})"/.exec((await get('/')).html)?.[1] ?? '';
    const kept = await get(href);
    expect(kept.status).toBe(200);
    expect(kept.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(kept.headers.get('cache-control')).toContain('immutable');
    expect((await get('/assets/todoke.css?v=old')).headers.get('cache-control')).toBe('public, max-age=300');
    expect(kept.html).not.toMatch(/url\(|@import/);
  });

  test('a campaign brings its own colours and pictures, each under an address that changes with it', async () => {
    const root = sampleCampaignWith(
      {
        theme: {
          colors: { accent: '#05546b' },
          logo: 'logo.svg',
          heading: { file: 'heading.png', alt: { ja: '街の<写真>', en: 'A <street>' } },
        },
      },
      { 'logo.svg': drawing, 'heading.png': png },
    );
    closing.push(() => rmSync(root, { recursive: true }));
    const { get } = await site({ campaigns: await loadCampaigns(root), receipts: { t: receipt() } });
    const answer = await get(`${page}/en`);
    expectSound(answer);
    const css = new RegExp(`href="(${page}/theme\\.css\\?v=[0-9a-f]{8})"`).exec(answer.html)?.[1] ?? '';
    const theme = await get(css);
    expect(theme.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(theme.headers.get('cache-control')).toContain('immutable');
    expect(theme.html).toContain('--seal: #05546b;');
    expect((await get(css.replace(/v=.*/, 'v=old'))).headers.get('cache-control')).toBe('public, max-age=300');
    expect(answer.html).toContain('alt="A &lt;street&gt;"');
    const pictures = attributes(answer.html, 'src').filter((src) => src.startsWith(page));
    expect(pictures).toHaveLength(2);
    for (const [index, type] of [
      [0, 'image/svg+xml'],
      [1, 'image/png'],
    ] as const) {
      const picture = await get(pictures[index] ?? '');
      expect(picture.status).toBe(200);
      expect(picture.headers.get('content-type')).toContain(type);
      expect(picture.headers.get('content-security-policy')).toContain('sandbox');
    }
    expect(answer.html).toContain(`<meta property="og:image" content="${origin}${pictures[1]}">`);
    expect((await get('/receipts/t')).html).toContain(css);
    expect((await get('/receipts/t/erase')).html).toContain(pictures[0]);
    for (const path of ['pictures/0000000000000000.png', 'pictures/..%2Fcampaign.yaml', 'pictures/logo.svg'])
      expect((await get(`${page}/${path}`)).status, path).toBe(404);
  });

  test('every pair of colours can be read: 4.5 to 1 for words, 3 to 1 for edges', async () => {
    const css = (await (await site()).get('/assets/todoke.css')).html;
    const colour = (name: string): number[] => {
      const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(css)?.[1];
      if (hex === undefined) throw new Error(`no colour ${name}`);
      return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    };
    const light = (name: string): number => {
      const [r = 0, g = 0, b = 0] = colour(name).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one: string, other: string): number => {
      const [dark = 0, bright = 0] = [light(one), light(other)].toSorted((a, b) => a - b);
      return (bright + 0.05) / (dark + 0.05);
    };
    for (const ground of ['paper', 'sheet', 'grey-pale', 'amber-pale', 'green-pale', 'seal-pale']) {
      for (const ink of ['ink', 'soft', 'seal', 'seal-deep']) expect(contrast(ink, ground)).toBeGreaterThan(4.5);
      for (const edge of ['edge', 'focus']) expect(contrast(edge, ground)).toBeGreaterThan(3);
    }
    expect(contrast('amber', 'amber-pale')).toBeGreaterThan(4.5);
    expect(contrast('green', 'green-pale')).toBeGreaterThan(4.5);
    expect(contrast('sheet', 'seal')).toBeGreaterThan(4.5);
  });

  test('a path that is no page of ours is left to others', async () => {
    const answer = await (await site()).get('/console');
    expect(answer.status).toBe(404);
    expect(answer.html).toContain('Cannot GET');
  });

  test('a campaign in a language without words stops the start', async () => {
    const french = { ...(sample as Campaign), languages: ['fr'] };
    await expect(site({ campaigns: [french] })).rejects.toThrow('write templates/words/fr.yaml');
  });
});
