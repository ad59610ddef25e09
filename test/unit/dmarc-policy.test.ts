/** DMARC policies: the tree walk of RFC 9989 over zones made for the purpose, checked against mailauth's. */
import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hour, minute } from '../../src/clock.ts';
import { createDmarcPolicies } from '../../src/outbox/dmarc-policy.ts';
import { createDnsResolver } from '../../src/outbox/dns-resolver.ts';
import { asciiDomain, domainOf } from '../../src/outbox/domain-name.ts';

/** What stands at `_dmarc.<name>`: one record, several, or a DNS that does not answer. */
type Zone = Record<string, string | string[] | Error>;

const servfail = Object.assign(new Error('queryTxt ESERVFAIL'), { code: 'ESERVFAIL' });
const timeout = Object.assign(new Error('queryTxt ETIMEOUT'), { code: 'ETIMEOUT' });

/** Policies over a zone; `asked` collects every question, the clock stands until it is moved. */
function policiesOver(zone: Zone, { gone = [] as (string | Error)[], size = 10_000, ttl = hour } = {}) {
  const asked: string[] = [];
  const clock = { at: 0, now: () => clock.at };
  const policies = createDmarcPolicies({
    clock,
    size,
    ttl,
    async resolveTxt(name) {
      asked.push(name);
      const records = zone[name.replace('_dmarc.', '')] ?? [];
      if (records instanceof Error) throw records;
      return [records].flat().map((text) => [text.slice(0, 9), text.slice(9)]); // long values come in pieces
    },
    async domainExists(name) {
      asked.push(`exists ${name}`);
      const error = gone.find((entry) => entry instanceof Error);
      if (error instanceof Error) throw error;
      return !gone.includes(name);
    },
  });
  return { policyFor: (domain: string) => policies.policyFor(domain), asked, clock };
}

const reject = 'v=DMARC1; p=reject';
const strict = 'v=DMARC1; p=reject; sp=quarantine; np=none';

describe('the policy of a domain', () => {
  it.each<[title: string, domain: string, policy: string, organisational: string | undefined, zone: Zone]>([
    ['without any record is none', 'a.example.com', 'none', 'a.example.com', {}],
    ['with p=none is none', 'example.com', 'none', 'example.com', { 'example.com': 'v=DMARC1; p=none' }],
    [
      'with p=quarantine is that',
      'example.com',
      'quarantine',
      'example.com',
      { 'example.com': 'v=DMARC1;p=quarantine' },
    ],
    ['with p=reject is that', 'example.com', 'reject', 'example.com', { 'example.com': reject }],
    ['does not depend on case or a final dot', 'Example.COM.', 'reject', 'example.com', { 'example.com': reject }],
    [
      'of an IDN is that of its A-label',
      '人権.example',
      'reject',
      'xn--gmqs28d.example',
      { 'xn--gmqs28d.example': reject },
    ],
    [
      'is its own before that of a parent',
      'a.example.com',
      'none',
      'example.com',
      { 'a.example.com': 'v=DMARC1; p=none', 'example.com': reject },
    ],
    ['is inherited', 'a.example.com', 'reject', 'example.com', { 'example.com': reject }],
    ['is inherited over several levels', 'a.b.c.example.com', 'reject', 'example.com', { 'example.com': reject }],
    [
      'is inherited from the highest record, not the nearest',
      'a.b.example.com',
      'reject',
      'example.com',
      { 'b.example.com': 'v=DMARC1; p=none', 'example.com': reject },
    ],
    ['is inherited by sp', 'a.example.com', 'quarantine', 'example.com', { 'example.com': strict }],
    ['is not taken from sp by the domain itself', 'example.com', 'reject', 'example.com', { 'example.com': strict }],
    [
      'ends at psd=n',
      'a.b.example.com',
      'none',
      'b.example.com',
      { 'b.example.com': 'v=DMARC1; p=none; psd=n', 'example.com': reject },
    ],
    [
      'may be that of a public suffix',
      'a.example.gov',
      'reject',
      'example.gov',
      { gov: 'v=DMARC1; p=none; sp=reject; psd=y' },
    ],
    [
      'is that of the domain below a public suffix',
      'a.example.gov',
      'quarantine',
      'example.gov',
      { gov: `${reject}; psd=y`, 'example.gov': 'v=DMARC1; p=quarantine' },
    ],
    [
      'below a public suffix is not that of a domain in between',
      'a.b.example.gov',
      'reject',
      'example.gov',
      { gov: `${reject}; psd=y`, 'b.example.gov': 'v=DMARC1; p=none' },
    ],
    [
      'does not look above a public suffix',
      'a.example.co.test',
      'none',
      'example.co.test',
      { test: reject, 'co.test': 'v=DMARC1; p=none; psd=y' },
    ],
    ['that is a public suffix is its own', 'gov', 'reject', 'gov', { gov: `${reject}; psd=y` }],
    [
      'ignores a psd it does not know',
      'a.example.com',
      'reject',
      'example.com',
      { 'a.b': reject, 'example.com': `${reject}; psd=u` },
    ],
    [
      'with two records is that of the parent',
      'a.example.com',
      'quarantine',
      'example.com',
      { 'a.example.com': [reject, 'v=DMARC1; p=none'], 'example.com': 'v=DMARC1; p=quarantine' },
    ],
    [
      'with two records and nothing above is none',
      'example.com',
      'none',
      'example.com',
      { 'example.com': [reject, reject] },
    ],
    [
      'is found among other TXT records',
      'example.com',
      'reject',
      'example.com',
      { 'example.com': ['v=spf1 -all', reject, 'v=DMARC10; p=none'] },
    ],
    ['counts as written under t=y', 'example.com', 'reject', 'example.com', { 'example.com': `${reject}; t=y` }],
    [
      'counts as written whatever pct says',
      'example.com',
      'reject',
      'example.com',
      { 'example.com': `${reject}; pct=0` },
    ],
    [
      'may be written with spaces and capitals',
      'example.com',
      'reject',
      'example.com',
      { 'example.com': 'V = DMARC1 ; P = Reject ;' },
    ],
    ['needs DMARC1 in capitals', 'example.com', 'none', 'example.com', { 'example.com': 'v=dmarc1; p=reject' }],
    ['needs v= first', 'example.com', 'none', 'example.com', { 'example.com': 'p=reject; v=DMARC1' }],
    ['that nobody knows is none', 'example.com', 'none', 'example.com', { 'example.com': 'v=DMARC1; p=refuse' }],
    ['with a wrong sp is none', 'a.example.com', 'none', 'example.com', { 'example.com': `${reject}; sp=all` }],
    [
      'that the DNS does not tell (SERVFAIL) is reject',
      'example.com',
      'reject',
      undefined,
      { 'example.com': servfail },
    ],
    ['that the DNS does not tell (time-out) is reject', 'example.com', 'reject', undefined, { 'example.com': timeout }],
    [
      'that the DNS does not tell at a parent is reject',
      'a.example.com',
      'reject',
      undefined,
      { 'example.com': servfail },
    ],
    [
      'found below the failure counts, if it is its own',
      'example.com',
      'none',
      undefined,
      { 'example.com': 'v=DMARC1; p=none', com: servfail },
    ],
    [
      'found below the failure does not count, if it is a parent’s',
      'a.example.com',
      'reject',
      undefined,
      { 'example.com': 'v=DMARC1; p=none', com: servfail },
    ],
    ['of an address literal is reject', '[192.0.2.1]', 'reject', undefined, {}],
    ['of an IP address is reject', '192.0.2.1', 'reject', undefined, {}],
    ['of a name that cannot exist is reject', 'a..example.com', 'reject', undefined, {}],
  ])('%s (%s: %s)', async (_title, domain, policy, organisational, zone) => {
    const { why, ...answer } = await policiesOver(zone).policyFor(domain);
    expect(answer).toEqual({ policy, organisational });
    expect(why).toMatch(/^[^\n]{10,200}\.$/);
  });

  it.each<[title: string, policy: string, record: string, gone: (string | Error)[]]>([
    ['np, if it does not exist', 'none', strict, ['a.example.com']],
    ['sp, if it exists', 'quarantine', strict, []],
    ['sp, if it does not exist and there is no np', 'quarantine', 'v=DMARC1; p=none; sp=quarantine', ['a.example.com']],
    ['p, if it exists and there is no sp', 'none', 'v=DMARC1; p=none; np=reject', []],
    ['np, if it does not exist and there is no sp', 'reject', 'v=DMARC1; p=none; np=reject', ['a.example.com']],
    ['reject, if nobody knows whether it exists', 'reject', 'v=DMARC1; p=none; np=quarantine', [servfail]],
  ])('without a record of its own is that of its parent: %s (%s)', async (_title, policy, record, gone) => {
    expect(await policiesOver({ 'example.com': record }, { gone }).policyFor('a.example.com')).toMatchObject({
      policy,
    });
  });

  it('does not ask whether a domain exists when that changes nothing', async () => {
    const { policyFor, asked } = policiesOver({ 'example.com': `${reject}; np=reject` }, { gone: [servfail] });
    expect(await policyFor('a.example.com')).toMatchObject({ policy: 'reject' });
    expect(asked).toEqual(['_dmarc.a.example.com', '_dmarc.example.com', '_dmarc.com']);
  });

  it.each([
    [
      'of 12 labels',
      'a.b.c.d.e.f.g.h.i.j.example.com',
      ['a.b.c.d.e.f.g.h.i.j', 'f.g.h.i.j', 'g.h.i.j', 'h.i.j', 'i.j', 'j', '', '-'],
    ],
    [
      'of 9 labels',
      'a.b.c.d.e.f.g.example.com',
      ['a.b.c.d.e.f.g', 'c.d.e.f.g', 'd.e.f.g', 'e.f.g', 'f.g', 'g', '', '-'],
    ],
    ['of 8 labels', 'a.b.c.d.e.f.example.com', ['a.b.c.d.e.f', 'b.c.d.e.f', 'c.d.e.f', 'd.e.f', 'e.f', 'f', '', '-']],
    ['of 7 labels', 'a.b.c.d.e.example.com', ['a.b.c.d.e', 'b.c.d.e', 'c.d.e', 'd.e', 'e', '', '-']],
  ])('%s takes 8 questions at most', async (_title, domain, walk) => {
    const { policyFor, asked } = policiesOver({});
    await policyFor(domain);
    const names = walk.map((name) => (name === '-' ? 'com' : `${name}.example.com`.replace(/^\./, '')));
    expect(asked).toEqual(names.map((name) => `_dmarc.${name}`));
    expect(asked.length).toBeLessThanOrEqual(8);
  });

  it.each([
    [246, /^_dmarc\.a/],
    [247, /^_dmarc\.b/], // 253 octets are the most that a name can have
  ])('of a name of %i octets is inherited', async (length, firstAsked) => {
    const labels = ['a'.repeat(length - 195), 'b'.repeat(61), 'c'.repeat(61), 'd'.repeat(58)];
    const long = `${labels.join('.')}.example.com`;
    const { policyFor, asked } = policiesOver({ 'example.com': reject });
    expect(long).toHaveLength(length);
    expect(await policyFor(long)).toMatchObject({ policy: 'reject', organisational: 'example.com' });
    expect(asked[0]).toMatch(firstAsked);
  });

  it('is the same as mailauth finds, in any zone', async () => {
    const name = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 11 }).map((labels) => labels.join('.'));
    const policy = fc.constantFrom('none', 'quarantine', 'reject');
    const maybe = (tag: string, value: fc.Arbitrary<string>) =>
      fc.option(
        value.map((text) => `; ${tag}=${text}`),
        { nil: '', freq: 1 },
      );
    const record = fc
      .tuple(policy, maybe('sp', policy), maybe('np', policy), maybe('psd', fc.constantFrom('y', 'n', 'u')))
      .map(([p, ...tags]) => `v=DMARC1; p=${p}${tags.join('')}`);
    await fc.assert(
      fc.asyncProperty(
        name,
        fc.array(fc.tuple(fc.nat(10), record), { maxLength: 5 }),
        fc.boolean(),
        async (domain, published, exists) => {
          const labels = domain.split('.');
          const zone = Object.fromEntries(
            published.map(([from, text]) => [labels.slice(from % labels.length).join('.'), text]),
          );
          const theirs = await dmarc({
            headerFrom: `x@${domain}`,
            spfDomains: [],
            dkimDomains: [],
            async resolver(asked: string, type: string) {
              const text = zone[asked.replace('_dmarc.', '')];
              if (type === 'TXT' && text !== undefined) return [[text]];
              throw Object.assign(new Error('none'), { code: exists && type === 'A' ? 'ENODATA' : 'ENOTFOUND' });
            },
          });
          if (theirs === false) throw new Error('mailauth gave no answer');
          const ours = await policiesOver(zone, { gone: exists ? [] : [domain] }).policyFor(domain);
          expect({ policy: ours.policy, organisational: ours.organisational }).toEqual({
            policy: theirs.policy ?? 'none',
            organisational: theirs.domain,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the memory for policies', () => {
  it('asks once for callers who ask at the same time, and for an hour afterwards', async () => {
    const { policyFor, asked, clock } = policiesOver({ 'example.com': reject });
    await Promise.all([policyFor('example.com'), policyFor('EXAMPLE.com'), policyFor('example.com.')]);
    clock.at = hour - 1;
    await policyFor('example.com');
    expect(asked).toEqual(['_dmarc.example.com', '_dmarc.com']);
    clock.at = hour;
    await policyFor('example.com');
    expect(asked).toHaveLength(4);
  });

  it.each<[title: string, zone: Zone, gone: Error[]]>([
    ['the record', { 'a.example.com': servfail }, []],
    ['whether the domain exists', { 'example.com': 'v=DMARC1; p=none; np=reject' }, [servfail]],
  ])('asks again after five minutes when the DNS did not tell %s', async (_title, zone, gone) => {
    const { policyFor, clock } = policiesOver(zone, { gone });
    expect(await policyFor('a.example.com')).toMatchObject({ policy: 'reject' });
    zone['a.example.com'] = 'v=DMARC1; p=none';
    clock.at = 5 * minute - 1;
    expect(await policyFor('a.example.com')).toMatchObject({ policy: 'reject' });
    clock.at = 5 * minute;
    expect(await policyFor('a.example.com')).toMatchObject({ policy: 'none' });
  });

  it('holds a bounded number of domains and lets go of the one not asked for longest', async () => {
    const { policyFor, asked } = policiesOver({}, { size: 2 });
    for (const domain of ['a', 'b', 'a', 'c', 'a', 'b']) await policyFor(domain);
    expect(asked).toEqual(['_dmarc.a', '_dmarc.b', '_dmarc.c', '_dmarc.b']);
  });
});

describe('the domain of an address', () => {
  it.each([
    ['name@Example.ORG', 'example.org'],
    ['"a@b"@example.org', 'example.org'],
    ['name@例え.jp', 'xn--r8jz45g.jp'],
    ['name@_x.example.org.', '_x.example.org'],
    ['name', undefined],
    ['@example.org', undefined],
    ['name@', undefined],
    ['name@-a.example.org', undefined],
    ['name@[192.0.2.1]', undefined],
    [`name@${'a'.repeat(64)}.org`, undefined],
    [`name@${'a.'.repeat(127)}`, 'a.'.repeat(127).slice(0, -1)],
    [`name@${'a.'.repeat(127)}b`, undefined],
    ['name@example.org\r\nBcc', undefined],
    ['name@人権.example\r\nBcc', undefined],
    ['name@人権.example/path', undefined],
    ['name@人権.example\uFF0Fpath', undefined],
    ['name@exam\u212Aple.org', 'examkple.org'],
  ])('%o is %o', (address, domain) => {
    expect(domainOf(address)).toBe(domain);
    expect(domain === undefined || asciiDomain(domain) === domain).toBe(true);
  });
});

describe('the resolver', () => {
  const [NOERROR, SERVFAIL, NXDOMAIN, REFUSED] = [0, 2, 3, 5];
  const A = 1;
  const CNAME = 5;
  const TXT = 16;

  /** A DNS server on this machine with one answer for each type of question; none means silence. */
  async function asking(answer: (type: number) => { rcode: number; data?: Buffer } | undefined) {
    const server = createSocket('udp4');
    let questions = 0;
    server.on('message', (query, peer) => {
      questions += 1;
      const end = query.indexOf(0, 12) + 5;
      const type = query.readUInt16BE(end - 4);
      const reply = answer(type);
      if (reply === undefined) return;
      const record =
        reply.data &&
        Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, reply.data.length]), reply.data]);
      const header = Buffer.from([
        query[0] ?? 0,
        query[1] ?? 0,
        0x81,
        0x80 | reply.rcode,
        0,
        1,
        0,
        record ? 1 : 0,
        0,
        0,
        0,
        0,
      ]);
      server.send(Buffer.concat([header, query.subarray(12, end), record ?? Buffer.alloc(0)]), peer.port, peer.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const resolver = createDnsResolver({ timeout: 50, servers: [`127.0.0.1:${server.address().port}`] });
    onTestFinished(() => {
      resolver.close();
      server.close();
    });
    return { resolver, questions: () => questions };
  }

  it('gives the strings of a TXT record', async () => {
    const { resolver } = await asking(() => ({ rcode: NOERROR, data: Buffer.from('\x03one\x05 two;', 'latin1') }));
    expect(await resolver.resolveTxt('example.test')).toEqual([['one', ' two;']]);
  });

  it.each([
    ['no such name', NXDOMAIN],
    ['no such record', NOERROR],
  ])('takes "%s" for no record', async (_title, rcode) => {
    const { resolver } = await asking(() => ({ rcode }));
    expect(await resolver.resolveTxt('example.test')).toEqual([]);
  });

  it.each([
    ['SERVFAIL', () => ({ rcode: SERVFAIL })],
    ['REFUSED', () => ({ rcode: REFUSED })],
    ['silence', () => undefined],
  ])('does not take %s for an answer', async (_title, answer) => {
    const { resolver } = await asking(answer);
    await expect(resolver.resolveTxt('example.test')).rejects.toThrow();
    await expect(resolver.domainExists('example.test')).rejects.toThrow();
  });

  it('asks twice before it gives up', async () => {
    const { resolver, questions } = await asking(() => undefined);
    await expect(resolver.resolveTxt('example.test')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(questions()).toBe(2);
  });

  it.each([
    ['with an address exists', true, { [A]: { rcode: NOERROR, data: Buffer.from([192, 0, 2, 1]) } }],
    ['without an address exists', true, { [A]: { rcode: NOERROR } }],
    [
      'that leads to a name that is gone exists',
      true,
      { [A]: { rcode: NXDOMAIN }, [CNAME]: { rcode: NOERROR, data: Buffer.from('\x01x\x00', 'latin1') } },
    ],
    ['that the DNS does not know does not exist', false, { [A]: { rcode: NXDOMAIN }, [CNAME]: { rcode: NXDOMAIN } }],
  ])('says that a name %s', async (_title, exists, answers: Record<number, { rcode: number; data?: Buffer }>) => {
    const { resolver } = await asking((type) => answers[type] ?? { rcode: type === TXT ? REFUSED : SERVFAIL });
    expect(await resolver.domainExists('example.test')).toBe(exists);
  });

  it('makes a DNS that does not answer a policy of reject', async () => {
    const { resolver } = await asking(() => ({ rcode: SERVFAIL }));
    const policies = createDmarcPolicies({ ...resolver, clock: { now: () => 0 } });
    expect(await policies.policyFor('example.test')).toMatchObject({ policy: 'reject', organisational: undefined });
  });
});
