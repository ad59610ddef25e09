/** Who is counted as one visitor, with and without proxies in between. */
import { describe, expect, test } from 'vitest';
import { networkOf } from '../../src/intake/limit-signatures.ts';
import { createVisitors } from '../../src/web/visitor.ts';

type Asked = Parameters<ReturnType<typeof createVisitors>['addressOf']>[0];
const request = (peer: string, headers: Record<string, string> = {}, ip = peer) =>
  ({ ip, headers, socket: { remoteAddress: peer } }) as unknown as Asked;

describe('a visitor', () => {
  test('is who connects, as long as nobody says otherwise', () => {
    const { addressOf } = createVisitors({ trusted: false, hidden: () => expect.unreachable() });
    expect(addressOf(request('203.0.113.7'))).toBe('203.0.113.7');
    expect(addressOf(request('10.0.0.1'))).toBe('10.0.0.1');
  });

  test('cannot make a name up: what a stranger forwards is not believed', () => {
    const { addressOf } = createVisitors({ trusted: false, hidden: () => expect.unreachable() });
    expect(addressOf(request('203.0.113.7', { 'x-forwarded-for': '198.51.100.1' }))).toBe('203.0.113.7');
    expect(addressOf(request('2001:db8::7', { forwarded: 'for=198.51.100.1' }))).toBe('2001:db8::7');
  });

  test.each(['127.0.0.1', '::1', '10.1.2.3', '172.20.0.5', '192.168.1.1', 'fd00::1', '::ffff:172.18.0.2'])(
    'behind an unknown proxy at %s is nobody, and that is told once',
    (peer) => {
      let told = 0;
      const { addressOf } = createVisitors({ trusted: false, hidden: () => (told += 1) });
      for (let n = 0; n < 3; n += 1)
        expect(addressOf(request(peer, { 'x-forwarded-for': '198.51.100.1' }))).toBeUndefined();
      expect(told).toBe(1);
    },
  );

  test('behind a trusted proxy is whom Express found by it', () => {
    const { addressOf } = createVisitors({ trusted: true, hidden: () => expect.unreachable() });
    expect(addressOf(request('10.0.0.1', { 'x-forwarded-for': 'x' }, '198.51.100.1'))).toBe('198.51.100.1');
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:DB8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
