/** `FILES_URL` to the place in an S3-compatible store that it names. */

/** A bucket, or a part of one, and the key to it. */
export interface S3Place {
  /** `https://host[:port]`. */
  origin: string;
  bucket: string;
  /** Path within the bucket without slashes at its ends; empty for the whole bucket. */
  prefix: string;
  region: string;
  key: string;
  secret: string;
}

const form = 's3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]';

/**
 * Reads `s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=…]`, or `s3+http://…` for a store without TLS.
 * Throws a sentence that repeats nothing of the text, since that holds a secret.
 */
export function readS3Url(text: string): S3Place {
  // As http(s) the host is read by the rules of the web; the scheme s3 has none.
  const url = URL.parse(text.replace(/^s3(\+http)?:/, (_, plain) => (plain ? 'http:' : 'https:')));
  if (!/^s3(\+http)?:\/\//.test(text) || !url || url.hash !== '')
    throw new Error(`use ${form}, with / + @ : # ? % in key and secret percent-encoded (/ is %2F)`);
  const [key, secret] = [url.username, url.password].map(decoded);
  if (!key || !secret) throw new Error(`name the key and the secret: ${form}`);
  const [bucket = '', ...prefix] = url.pathname.split('/').filter((part) => part !== '');
  if (bucket === '') throw new Error(`name the bucket: ${form}`);
  if (![bucket, ...prefix].every((part) => /^[\w.-]+$/.test(part)))
    throw new Error('use only letters, digits and . _ - in bucket and prefix');
  if ([...url.searchParams.keys()].some((name) => name !== 'region')) throw new Error('after ? only region= is known');
  // The name that stores without regions take.
  const region = url.searchParams.get('region') ?? 'us-east-1';
  if (!/^[\w-]+$/.test(region)) throw new Error('use only letters, digits and _ - in the region');
  return { origin: url.origin, bucket, prefix: prefix.join('/'), region, key, secret };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('write % in key and secret as %25');
  }
}
