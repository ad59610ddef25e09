/** From which address a request came, as far as it can be told. It is counted under a hash and never written down. */
import { BlockList } from 'node:net';
import type { Request } from 'express';

/** Where proxies of one's own stand (RFC 1918, RFC 6598, RFC 4193), and this machine. */
const near = new BlockList();
near.addSubnet('127.0.0.0', 8);
near.addSubnet('10.0.0.0', 8);
near.addSubnet('172.16.0.0', 12);
near.addSubnet('192.168.0.0', 16);
near.addSubnet('100.64.0.0', 10);
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

export interface Visitors {
  /** The visitor's IP address; undefined when a proxy hides it that nobody told us about. */
  addressOf(request: Pick<Request, 'ip' | 'headers' | 'socket'>): string | undefined;
}

/**
 * `trusted` tells whether TRUST_PROXY is set; Express has then worked out `request.ip` by it. If it is not, and a
 * proxy nearby names somebody else, all visitors would look like one: it is told once, and nobody is counted.
 */
export function createVisitors({ trusted, hidden }: { trusted: boolean; hidden(): void }): Visitors {
  let told = false;
  return {
    addressOf(request) {
      if (trusted) return request.ip;
      const peer = request.socket.remoteAddress;
      const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
      if (forwardedFor === undefined && forwarded === undefined) return peer;
      if (peer === undefined || !isNear(peer)) return peer;
      if (!told) hidden();
      told = true;
      return undefined;
    },
  };
}

function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return near.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
}
