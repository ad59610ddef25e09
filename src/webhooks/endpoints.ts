/** `WEBHOOKS` to the endpoints it names, each with the secrets that sign what it is sent. */
import { createHash } from 'node:crypto';

export interface Endpoint {
  /** Stands in rows instead of the address, which may hold a token of its own. */
  id: string;
  url: string;
  /** For logs: scheme, host and port. */
  origin: string;
  /** The keys, newest first; while one takes the place of another, both sign. */
  secrets: readonly Buffer[];
}

const form = 'https://HOST/PATH#whsec_BASE64';
const mostEndpoints = 10;

/**
 * Reads addresses with spaces between them, each followed by `#` and its secrets with commas between them. Throws a
 * sentence that repeats nothing of the text, since that holds secrets.
 */
export function readEndpoints(text: string): Endpoint[] {
  const endpoints = text
    .split(/\s+/)
    .filter((part) => part !== '')
    .map(readEndpoint);
  if (endpoints.length > mostEndpoints) throw new Error(`name at most ${mostEndpoints} addresses`);
  if (new Set(endpoints.map(({ id }) => id)).size < endpoints.length) throw new Error('name each address once');
  return endpoints;
}

function readEndpoint(text: string): Endpoint {
  const [address = '', secrets = ''] = text.split('#');
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`use ${form}, with spaces between several`);
  const isNear = ['localhost', '[::1]'].includes(url.hostname) || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
  if (url.protocol === 'http:' && !isNear) throw new Error('use https:// for every host but this machine');
  if (url.username !== '' || url.password !== '')
    throw new Error('leave user and password out: the secret is the proof');
  return {
    id: createHash('sha256').update(url.href).digest('hex').slice(0, 16),
    url: url.href,
    origin: url.origin,
    secrets: secrets.split(',').map(readSecret),
  };
}

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
function readSecret(text: string): Buffer {
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const secret = Buffer.from(encoded, 'base64');
  if (secret.length < 24 || secret.length > 64)
    throw new Error(`end each address with its secret, of 24 to 64 bytes: ${form}`);
  return secret;
}
