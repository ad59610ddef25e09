/** A receiver's view of our own DKIM signature, so that a wrong key is found at start and not in a spam folder. */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { AppError, asError } from '../errors.ts';
import { bodyHash, fieldsOf, signingInput, splitMessage } from './dkim-canonical.ts';

export type DkimKeyType = 'rsa' | 'ed25519';

/** Whether the first DKIM-Signature of a message is right for a public key. */
export function verifies(signed: Buffer, type: DkimKeyType, key: KeyObject): boolean {
  const { fields, body } = splitMessage(signed);
  const [signature, ...rest] = fields;
  if (signature?.name !== 'dkim-signature') return false;
  const tags = tagList(signature.raw.slice(signature.raw.indexOf(':') + 1));
  const unsigned = signature.raw.replace(/(;\s*b=)[^;]*$/, '$1');
  const input = signingInput(fieldsOf((tags.get('h') ?? '').split(':'), rest), unsigned);
  return tags.get('bh') === bodyHash(body) && verify(...signable(type, input), key, base64Of(tags.get('b')));
}

/** Algorithm and data for `crypto.sign`: Ed25519 signs the SHA-256 of the header fields (RFC 8463 §3). */
export function signable(type: DkimKeyType, input: Buffer): [algorithm: string | null, data: Buffer] {
  return type === 'rsa' ? ['sha256', input] : [null, hash('sha256', input, 'buffer')];
}

/** The key in the TXT records of `<selector>._domainkey.<domain>` (RFC 6376 §3.6.1). */
export function publishedKey(records: readonly string[][], type: DkimKeyType, name: string): KeyObject {
  const texts = records.map((strings) => strings.join('')).filter((text) => tagList(text).has('p'));
  const [text] = texts;
  if (text === undefined)
    throw wrong(`there is no key at ${name}: publish the record of this key (docs/operations.md says how).`);
  if (texts.length > 1)
    throw wrong(`there are ${texts.length} keys at ${name}, of which receivers pick any: leave one.`);
  const tags = tagList(text);
  if (tags.get('p') === '') throw wrong(`the key at ${name} is revoked: publish the current one.`);
  if ((tags.get('k') ?? 'rsa') !== type) throw wrong(`the key at ${name} is not of our key's type, ${type}.`);
  const key = base64Of(tags.get('p'));
  try {
    if (type === 'rsa') return createPublicKey({ key, format: 'der', type: 'spki' });
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }, format: 'jwk' });
  } catch (error) {
    throw wrong(
      `the key at ${name} cannot be read: publish the record of this key (docs/operations.md says how).`,
      error,
    );
  }
}

/** Every DKIM trouble of ours: `unavailable`, because no letter may leave unsigned. */
export function wrong(what: string, cause?: unknown): AppError {
  return new AppError('unavailable', `DKIM: ${what}`, cause === undefined ? {} : { cause: asError(cause) });
}

/** A tag list (RFC 6376 §3.2). None of the values we read holds white space, so all of it goes. */
function tagList(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const tag of text.replace(/\s+/g, '').split(';')) {
    const equals = tag.indexOf('=');
    if (equals > 0) tags.set(tag.slice(0, equals), tag.slice(equals + 1));
  }
  return tags;
}

function base64Of(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64');
}
