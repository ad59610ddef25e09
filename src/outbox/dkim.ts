/** DKIM signatures (RFC 6376, RFC 8301, RFC 8463): the same message always gets the same signature. */
import { createPublicKey, sign as signData, type KeyObject } from 'node:crypto';
import { AppError } from '../errors.ts';
import { bodyHash, fieldsOf, signingInput, splitMessage } from './dkim-canonical.ts';
import { publishedKey, signable, verifies, wrong, type DkimKeyType } from './dkim-self-test.ts';
import { asciiDomain } from './domain-name.ts';

export interface DkimSigner {
  /** The message with a DKIM-Signature before it. The signing itself runs on libuv's threads. */
  sign(message: Buffer): Promise<Buffer>;
  /**
   * Signs a sample and verifies it with the public half of the key; given the TXT records found at
   * `dnsRecord().name`, with the key in these, as receivers do. Throws `AppError('unavailable')` that names what is
   * wrong.
   */
  selfTest(published?: readonly string[][]): Promise<void>;
  /** The TXT record to publish. In a zone file a value of more than 255 octets is written as several strings. */
  dnsRecord(): { name: string; value: string };
}

export interface DkimOptions {
  domain: string;
  selector: string;
  /** RSA or Ed25519. */
  privateKey: KeyObject;
}

/**
 * Each is signed once more than it occurs, so that nobody can add another one unnoticed, be it the first Reply-To
 * (RFC 6376 §8.15).
 */
const signedNames = [
  'from',
  'reply-to',
  'sender',
  'to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-language',
];

/** Signed where they stand: RFC 8058 §4 asks for it. A mailing list may add its own to a letter, which has none. */
const signedIfThere = ['list-unsubscribe', 'list-unsubscribe-post'];

const sample = Buffer.from('From: a@example.org\r\nSubject: self-test\r\n\r\nTwo  spaces, a tab\t\r\n\r\n');

/** Throws `AppError('invalid')` for a key, a domain or a selector that receivers do not accept. */
export function createDkimSigner({ domain, selector, privateKey }: DkimOptions): DkimSigner {
  const type = keyTypeOf(privateKey);
  const publicKey = createPublicKey(privateKey);
  const [d, s] = [asciiDomain(domain), asciiDomain(selector)];
  if (d === undefined) throw new AppError('invalid', 'The DKIM domain is no domain name: use one such as example.org.');
  if (s === undefined) throw new AppError('invalid', 'The DKIM selector is no name: use one such as todoke1.');
  const name = `${s}._domainkey.${d}`;

  async function sign(message: Buffer): Promise<Buffer> {
    const { fields, body } = splitMessage(message);
    const there = signedIfThere.filter((signed) => fields.some((field) => field.name === signed));
    const names = [...signedNames, ...there].flatMap((signed) => [
      ...fields.filter((field) => field.name === signed).map(() => signed),
      signed,
    ]);
    const unsigned =
      `DKIM-Signature: v=1; a=${type}-sha256; c=relaxed/relaxed;\r\n d=${d};\r\n s=${s};\r\n` +
      ` h=${names
        .join(':')
        .replace(/.{1,70}(?::|$)/g, '$&\r\n ')
        .trimEnd()};\r\n bh=${bodyHash(body)};\r\n b=`;
    const [algorithm, data] = signable(type, signingInput(fieldsOf(names, fields), unsigned));
    const signature = await new Promise<Buffer>((resolve, reject) => {
      signData(algorithm, data, privateKey, (error, made) => (error === null ? resolve(made) : reject(error)));
    });
    return Buffer.concat([Buffer.from(`${unsigned}${folded(signature.toString('base64'))}\r\n`, 'latin1'), message]);
  }

  return {
    sign,

    async selfTest(published) {
      const key = published === undefined ? publicKey : publishedKey(published, type, name);
      const signed = await sign(sample).catch((error: unknown) => {
        throw wrong('the private key cannot sign.', error);
      });
      if (!verifies(signed, type, key)) throw wrong(`the key at ${name} does not belong to our private key.`);
    },

    dnsRecord() {
      const der = publicKey.export({ format: 'der', type: 'spki' });
      // Ed25519 publishes the bare 32 bytes (RFC 8463 §4), RSA the whole SubjectPublicKeyInfo.
      const p = type === 'rsa' ? der : der.subarray(-32);
      return { name, value: `v=DKIM1; k=${type}; p=${p.toString('base64')}` };
    },
  };
}

function folded(value: string): string {
  let lines = value.slice(0, 72);
  for (let at = 72; at < value.length; at += 72) lines += `\r\n ${value.slice(at, at + 72)}`;
  return lines;
}

/** RFC 8301 §3.2: at least 1,024 bits, better 2,048; nobody verifies less. */
function keyTypeOf(key: KeyObject): DkimKeyType {
  if (key.type !== 'private') throw new AppError('invalid', 'DKIM needs a private key.');
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  if (key.asymmetricKeyType !== 'rsa') throw new AppError('invalid', 'The DKIM key must be of type RSA or Ed25519.');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits >= 1_024) return 'rsa';
  throw new AppError('invalid', `The DKIM key has ${bits} bits and receivers refuse it: make one of 2,048 bits.`);
}
